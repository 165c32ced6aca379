#include <algorithm>
#include <cstdio>
#include <memory>

#include "data/examples.h"
#include "model/score_text.h"
#include "model/task_building.h"
#include "model_option.h"
#include "mtt/error.h"
#include "mtt/metrics.h"
#include "report/similarity_matrix.h"
#include "verbs.h"

namespace mtt {
namespace {

constexpr const char* kPair = "text_pair";
constexpr const char* kSimilarity = "similarity";

struct Evaluate {
  ModelOption model;
  std::string data;
  bool json = false;

  void run() const;
};

std::vector<double> pair_cosines(const OpenModel& open, const Examples& examples) {
  std::vector<std::string> texts = examples.texts;
  for (const Value& row : examples.rows) texts.push_back(row.at(kPair).string());
  const auto result = open.inference().run(texts, {.sentences = true, .predictions = false, .progress = {}});
  const auto count = static_cast<std::int64_t>(examples.texts.size());
  const std::int64_t width = result.sentences.size(1);
  const float* data = result.sentences.const_data_ptr<float>();
  std::vector<double> cosines;
  std::vector<float> two(2 * width);
  for (std::int64_t i = 0; i < count; ++i) {
    std::copy_n(data + i * width, width, two.begin());
    std::copy_n(data + (count + i) * width, width, two.begin() + width);
    cosines.push_back(cosine_similarities(two.data(), 2, static_cast<std::size_t>(width))[1]);
  }
  return cosines;
}

TaskScore score_pairs(const OpenModel& open, const Examples& examples, const std::string& file) {
  const std::vector<double> cosines = pair_cosines(open, examples);
  std::vector<double> gold;
  for (const Value& row : examples.rows) gold.push_back(row.at(kSimilarity).number());
  return {"similarity",
          file,
          static_cast<std::int64_t>(gold.size()),
          {{"cosine_spearman", spearman(cosines, gold)}, {"cosine_pearson", pearson(cosines, gold)}}};
}

void Evaluate::run() const {
  Console console;
  const OpenModel open = open_model(model, console);
  const auto& tasks = open.encoder.model->tasks();
  std::vector<TaskScore> scores;
  if (!data.empty()) {
    const Examples examples = read_examples(data, open.text_field);
    const auto& first = examples.rows.front();
    if (first.find(kPair) && first.find(kSimilarity)) scores.push_back(score_pairs(open, examples, data));
    for (std::size_t t = 0; t < tasks.size(); ++t)
      for (const Value& label : examples.labels(open.fields[t]))
        if (!label.is(Value::Kind::null)) {
          scores.push_back(
              score_task(t, open.fields[t], data, open.text_field, open.inference(), *open.encoder.model));
          break;
        }
    if (scores.empty()) {
      throw Error("file '" + data + "' has nothing to score: neither labels for a task of '" + model.model +
                  "' nor the keys 'text_pair' and 'similarity'");
    }
  } else {
    for (std::size_t t = 0; t < tasks.size(); ++t)
      if (!open.test_files[t].empty())
        scores.push_back(score_task(t, open.fields[t], open.test_files[t], open.text_field, open.inference(),
                                    *open.encoder.model));
    if (scores.empty())
      throw Error("'" + model.model + "' names no held-out examples; give some with --data FILE");
  }
  for (const TaskScore& score : scores)
    console.say(json ? score_json(score).json() + "\n" : score_text(score));
}

}  // namespace

void add_evaluate(CLI::App& app) {
  auto evaluate = std::make_shared<Evaluate>();
  CLI::App* verb = app.add_subcommand("evaluate", "Scores of heads, or of vectors on pairs of sentences");
  evaluate->model.add_to(*verb);
  verb->add_option("--data", evaluate->data,
                   "JSONL with labels for the tasks, or with text, text_pair and similarity; without it the "
                   "run's own test files")
      ->type_name("FILE");
  verb->add_flag("--json", evaluate->json, "One JSON object a task");
  verb->callback([evaluate] { evaluate->run(); });
}

}  // namespace mtt
