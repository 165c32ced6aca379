#include <filesystem>
#include <map>
#include <sstream>

#include "catch.h"
#include "every_head.h"

namespace fs = std::filesystem;
using mtt::Value;

namespace {

/// The rows of a CSV file without quotes; the first cell of each is left out, and the first row.
std::vector<std::vector<int>> matrix(const std::string& csv) {
  std::vector<std::vector<int>> rows;
  std::istringstream lines(csv.substr(csv.find('\n') + 1));
  for (std::string line; std::getline(lines, line);) {
    auto& row = rows.emplace_back();
    std::istringstream cells(line.substr(line.rfind('"') == std::string::npos ? 0 : line.rfind('"')));
    std::string cell;
    std::getline(cells, cell, ',');
    while (std::getline(cells, cell, ',')) row.push_back(std::stoi(cell));
  }
  return rows;
}

}  // namespace

TEST_CASE("names of tasks and test files of any length fit into names of files") {
  const EveryHead e;
  const std::string task(100, 't'), file = std::string(249, 'f') + ".jsonl";
  e.folder.write(file, kEveryHeadExamples);
  e.folder.write("e.toml", "[backbone]\nmodel = \"./model\"\n[data]\ntrain = \"train.jsonl\"\ntest = \"" +
                               file + "\"\n[tasks." + task +
                               "]\nhead = \"classification\"\nfield = \"intent\"\ninit = \"class_means\"\n");
  e.run({"--set", "run.save_predictions=true"});
  CHECK(fs::exists(e.path("out/confusion/") + task + "-" + std::string(99, 'f') + ".csv"));
  CHECK(fs::exists(e.path("out/test_predictions/") + std::string(200, 'f') + ".jsonl"));
}

TEST_CASE("a run and evaluate score each label, and the confusion matrix adds up to the accuracy") {
  const EveryHead e;
  e.run();
  std::map<std::string, Value> rows;
  for (const Value& row : lines_of(file_text(e.out + "/scores.jsonl"))) rows[row.at("task").string()] = row;
  for (const char* task : {"intent", "slots", "topics", "stars", "same"}) {
    INFO(task);
    CHECK(rows.at(task).find("classes") != nullptr);
  }
  for (const char* task : {"loudness", "all tasks"}) CHECK(rows.at(task).find("classes") == nullptr);

  const auto support = [&](const char* task, const char* label) {
    return rows.at(task).at("classes").at(label).at("support").integer();
  };
  CHECK(support("intent", "play") == 2);
  CHECK(support("intent", "other") == 1);
  CHECK(rows.at("intent").at("classes").at("other").at("recall").number() == 0);
  CHECK(rows.at("intent").at("classes").at("other").at("precision").is(Value::Kind::null));
  CHECK(support("slots", "what") == 2);
  CHECK(support("topics", "time") == 2);
  CHECK(support("stars", "2") == 2);
  CHECK(support("same", "yes") == 1);
  double f1 = 0;
  for (const auto& [label, score] : rows.at("intent").at("classes").table()) f1 += score.at("f1").number();
  CHECK(rows.at("intent").at("metrics").at("macro_f1").number() ==
        Approx(f1 / static_cast<double>(rows.at("intent").at("classes").table().size())));

  const std::string csv = file_text(e.out + "/confusion/intent-test.csv");
  CHECK_THAT(csv, Contains("gold \\ predicted,") && Contains("\"weather, \"\"now\"\"\""));
  int right = 0, all = 0;
  const auto counts = matrix(csv);
  CHECK(counts.size() == rows.at("intent").at("classes").table().size());
  for (std::size_t r = 0; r < counts.size(); ++r)
    for (std::size_t c = 0; c < counts[r].size(); ++c) {
      all += counts[r][c];
      right += r == c ? counts[r][c] : 0;
    }
  CHECK(all == 6);
  CHECK(rows.at("intent").at("metrics").at("accuracy").number() == Approx(right / 6.0));
  for (const char* name : {"stars-test", "same-pairs", "same-pairs-2"})
    CHECK(fs::exists(e.out + "/confusion/" + name + ".csv"));
  for (const char* name : {"slots-test", "topics-test", "loudness-test"})
    CHECK_FALSE(fs::exists(e.out + "/confusion/" + name + ".csv"));

  const Outcome evaluated = mtt_program({"evaluate", "--model", e.out});
  INFO(evaluated.out);
  CHECK_THAT(evaluated.out, Contains("    label") && Contains("precision  recall      F1  support\n") &&
                                Contains("    largest confusions\n") && Contains("      other -> "));
}

TEST_CASE("evaluate --save writes what a run with save_predictions writes") {
  const EveryHead e;
  e.run({"--set", "run.save_predictions=true"});
  const std::string saved = e.path("saved");
  const Outcome evaluated = mtt_program({"evaluate", "--model", e.out, "--save", saved});
  INFO(evaluated.err);
  REQUIRE(evaluated.code == 0);
  for (const char* file :
       {"scores.jsonl", "confusion/intent-test.csv", "confusion/stars-test.csv",
        "test_predictions/test.jsonl", "test_predictions/pairs.jsonl", "test_predictions/pairs-2.jsonl"}) {
    INFO(file);
    CHECK(file_text(saved + "/" + file) == file_text(e.out + "/" + file));
  }

  const auto rows = lines_of(file_text(saved + "/test_predictions/test.jsonl"));
  REQUIRE(rows.size() == 7);
  CHECK(rows[3].at("text").string() == "wake me at six");
  CHECK(rows[3].at("labels").at("slots").json() == R"([{"start":11,"end":14,"label":"when"}])");
  CHECK(rows[5].at("labels").at("intent").is(Value::Kind::null));
  std::string texts;
  for (const Value& row : rows) texts += row.at("text").string() + "\n";
  const auto predicted = lines_of(mtt_program({"predict", "--model", e.out}, texts).out);
  for (std::size_t i = 0; i < rows.size(); ++i)
    CHECK(rows[i].at("predictions").at("intent").json() == predicted[i].at("intent").json());
  const auto pairs = lines_of(file_text(saved + "/test_predictions/pairs.jsonl"));
  CHECK(pairs[1].at("text_pair").string() == "play music");
  CHECK(pairs[1].at("labels").at("same").string() == "no");
  CHECK(pairs[1].at("predictions").at("same").find("label") != nullptr);

  const Outcome again = mtt_program({"evaluate", "--model", e.out, "--save", saved});
  CHECK(again.code == 1);
  CHECK_THAT(again.err, Contains("saved' already exists; give a new or an empty directory"));
  e.run();
  CHECK_FALSE(fs::exists(e.out + "/test_predictions"));
  CHECK(fs::exists(e.out + "/confusion/intent-test.csv"));
}

TEST_CASE("the cosines of pairs can be saved, too") {
  const EveryHead e;
  const std::string pairs =
      e.folder
          .write("cosines.jsonl", R"({"text": "rain", "text_pair": "rain", "similarity": 5}
{"text": "wake me", "text_pair": "play", "similarity": 0}
)")
          .string();
  const Outcome evaluated =
      mtt_program({"evaluate", "--model", e.path("model"), "--data", pairs, "--save", e.path("saved")});
  INFO(evaluated.err);
  REQUIRE(evaluated.code == 0);
  const auto rows = lines_of(file_text(e.path("saved/test_predictions/cosines.jsonl")));
  CHECK(rows[0].at("predictions").at("similarity").at("similarity").number() == Approx(1));
  CHECK(rows[1].at("labels").at("similarity").number() == 0);
}

TEST_CASE("the report has a table of scores for each task with classes") {
  const EveryHead e;
  e.run();
  const Outcome report = mtt_program({"report", e.out, "--output", e.path("r.html")});
  INFO(report.err);
  REQUIRE(report.code == 0);
  const std::string page = file_text(e.path("r.html"));
  for (const char* part : {"intent: scores of each label", "slots: scores of each label", ">precision</th>",
                           "topics: scores of each label", "same (more/pairs): scores of each label"})
    CHECK_THAT(page, Contains(part));
  CHECK_THAT(page, !Contains("loudness: scores of each label"));
  const std::string folder = e.folder.path().filename().string();
  for (const std::string& part : {std::string("<h3>intent: confusion matrix</h3>"),
                                  "<h3>same (" + folder + "/pairs): confusion matrix</h3>",
                                  std::string("<h3>same (more/pairs): confusion matrix</h3>"),
                                  std::string(": largest confusions</h3>")})
    CHECK_THAT(page, Contains(part));
}

TEST_CASE("a head whose labels are of a kind of their own is checked, trained and scored by itself alone") {
  const EveryHead e;
  const std::string plugins = MTT_BAD_PLUGINS;
  const Outcome contract = mtt_program({"plugins", "check", plugins + "/object_labels.so"});
  INFO(contract.out << contract.err);
  CHECK(contract.code == 0);

  const std::string config = e.folder
                                 .write("o.toml", R"([backbone]
model = "./model"
[data]
train = "objects.jsonl"
test = "objects.jsonl"
[tasks.range]
head = "object_labels"
)")
                                 .string();
  e.folder.write("objects.jsonl", R"({"text": "wake me", "range": {"from": 1, "to": 3}}
{"text": "wake me", "range": {"from": 2, "to": 3}}
)");
  const Outcome checked = mtt_program({"data", "check", config, "--plugin-path", plugins});
  INFO(checked.out << checked.err);
  CHECK(checked.code == 0);
  CHECK_THAT(checked.out, Contains("range: labels of another kind") && Contains("0 errors, 1 note"));
  const Outcome missing = mtt_program({"data", "check", config});
  INFO(missing.out << missing.err);
  CHECK(missing.code == 0);
  CHECK_THAT(missing.out, Contains("note: range: the labels are only counted: no plugin has the head "
                                   "'object_labels'"));

  const Outcome run = mtt_program({"run", config, "--out", e.path("o"), "--plugin-path", plugins});
  INFO(run.err);
  CHECK(run.code == 0);
  const auto rows = lines_of(file_text(e.path("o/scores.jsonl")));
  CHECK(rows[0].at("metrics").find("mean_error") != nullptr);
  CHECK(rows[0].find("classes") == nullptr);
  CHECK_FALSE(fs::exists(e.path("o/confusion")));
}
