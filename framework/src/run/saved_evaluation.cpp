#include "run/saved_evaluation.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "data/text_keys.h"
#include "io/file.h"
#include "mtt/error.h"
#include "report/confusion_csv.h"
#include "value/utf8.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostClasses = 2000;

constexpr std::size_t kMostNameBytes = 200;  // a file's name has at most 255 with its ending

/// Names of files in one folder, each once.
class Names {
 public:
  std::string unique(std::string name) {
    if (name.size() > kMostNameBytes) {
      std::size_t end = kMostNameBytes;
      while (end > 0 && continues_character(name[end])) --end;  // no half character
      name.resize(end);
    }
    std::string result = name;
    for (int i = 2; !taken_.insert(result).second; ++i) result = name + "-" + std::to_string(i);
    return result;
  }

 private:
  std::set<std::string> taken_;
};

std::string stem(const std::string& file) { return fs::path(file).stem().string(); }

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) throw Error("the folder '" + folder.string() + "' cannot be created: " + error.message());
}

void save_confusions(const fs::path& folder, const std::vector<TaskScore>& scores) {
  Names names;
  for (const TaskScore& score : scores) {
    if (score.classes.pairs.empty()) continue;
    const std::string name = names.unique(score.task + "-" + stem(score.file));
    if (score.classes.classes.size() > kMostClasses) continue;
    make_folder(folder);
    write_file_atomically(folder / (name + ".csv"), confusion_csv(score.classes));
  }
}

std::string prediction_lines(const std::vector<const TaskScore*>& scores, const Examples& examples) {
  std::string lines;
  for (std::size_t i = 0; i < examples.texts.size(); ++i) {
    Value line(Value::Table{{"text", examples.texts[i]}}), labels{Value::Table{}}, predicted{Value::Table{}};
    if (!examples.partners.empty()) line.set(kTextPair, examples.partners[i]);
    for (const TaskScore* score : scores) {
      labels.set(score->task, score->labels[i]);
      predicted.set(score->task, score->predictions[i]);
    }
    line.set("labels", std::move(labels));
    line.set("predictions", std::move(predicted));
    lines += line.json() + "\n";
  }
  return lines;
}

void save_predictions(const fs::path& folder, const std::vector<TaskScore>& scores, ExampleFiles& files) {
  std::vector<std::string> order;
  std::map<std::string, std::vector<const TaskScore*>> by_file;
  for (const TaskScore& score : scores) {
    if (score.predictions.empty()) continue;
    const std::string& set = score.set.empty() ? score.file : score.set;
    auto& of_file = by_file[set];
    if (of_file.empty()) order.push_back(set);
    of_file.push_back(&score);
  }
  Names names;
  for (const std::string& file : order) {
    make_folder(folder);
    write_file_atomically(folder / (names.unique(stem(files.path(file))) + ".jsonl"),
                          prediction_lines(by_file[file], files.get(file)));
  }
}

}  // namespace

void save_evaluation(const fs::path& directory, const std::vector<TaskScore>& scores, ExampleFiles& files,
                     bool predictions) {
  std::string rows;
  for (const TaskScore& score : scores) rows += score_json(score).json() + "\n";
  write_file_atomically(directory / kScoresFile, rows);
  save_confusions(directory / kConfusionFolder, scores);
  if (predictions) save_predictions(directory / kTestPredictionsFolder, scores, files);
}

}  // namespace mtt
