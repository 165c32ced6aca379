#include <algorithm>
#include <iterator>
#include <sstream>

#include "catch.h"
#include "mtt/value.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

namespace {

const char kConfig[] = R"([backbone]
model = "./model"

[data]
train = "pairs.jsonl"
test = "pairs.jsonl"

[tasks.related]
head = "classification"
pair = "joint"

[tasks.things]
head = "token_classification"
pair = "joint"

[train]
epochs = 2
batch_size = 4
dropout = 0.0
)";

const char kPairs[] =
    R"({"text": "play some music", "text_pair": "loud music", "related": "yes", "things": [{"start": 10, "end": 15, "label": "noun"}, {"start": 5, "end": 10, "label": "noun", "in": "text_pair"}]}
{"text": "wake me up", "text_pair": "up at six now", "related": "yes", "things": []}
{"text": "play rain", "text_pair": "", "related": "no", "things": [{"start": 5, "end": 9, "label": "noun"}]}
{"text": "wake me at six", "text_pair": "some rain", "related": "no", "things": [{"start": 5, "end": 9, "label": "noun", "in": "text_pair"}]}
)";

struct Experiment {
  TemporaryFolder folder;
  explicit Experiment(const std::string& config = kConfig, const std::string& pairs = kPairs) {
    write_tiny_model(folder.path() / "model");
    folder.write("e.toml", config);
    folder.write("pairs.jsonl", pairs);
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  Outcome run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {"run", path("e.toml"), "--out", path("run"), "--threads", "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return mtt_program(arguments);
  }
};

std::vector<mtt::Value> lines(const std::string& text) {
  std::vector<mtt::Value> rows;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) rows.push_back(mtt::parse_json(line, "output"));
  return rows;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("joint pairs train a classifier and a tagger, which predict and are scored the same afterwards") {
  const Experiment e;
  const Outcome run = e.run();
  INFO(run.err);
  REQUIRE(run.code == 0);
  const auto scores = lines(file_text(e.folder.path() / "run/scores.jsonl"));
  const Outcome again = mtt_program({"evaluate", "--model", e.path("run"), "--json"});
  INFO(again.err);
  REQUIRE(again.code == 0);
  const auto evaluated = lines(again.out);
  REQUIRE(evaluated.size() == scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i)
    CHECK(evaluated[i].at("metrics").json() == scores[i].at("metrics").json());

  const Outcome predicted =
      mtt_program({"predict", "--model", e.path("run"), "--field", "text", "--input", e.path("pairs.jsonl")});
  INFO(predicted.err);
  REQUIRE(predicted.code == 0);
  const auto rows = lines(predicted.out);
  REQUIRE(rows.size() == 4);
  CHECK(rows[0].at("related").find("label"));
  CHECK(rows[2].at("text_pair").string().empty());
  const auto reversed = [&] {
    std::vector<std::string> all;
    std::istringstream stream(kPairs);
    for (std::string line; std::getline(stream, line);) all.push_back(line);
    std::string text;
    for (auto line = all.rbegin(); line != all.rend(); ++line) text += *line + "\n";
    return text;
  }();
  e.folder.write("reversed.jsonl", reversed);
  const Outcome other = mtt_program(
      {"predict", "--model", e.path("run"), "--field", "text", "--input", e.path("reversed.jsonl")});
  const auto turned = lines(other.out);
  REQUIRE(turned.size() == 4);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(turned[3 - i].at("things").json() == rows[i].at("things").json());
    CHECK(turned[3 - i].at("related").at("label").json() == rows[i].at("related").at("label").json());
  }
  const Outcome alone = mtt_program({"predict", "--model", e.path("run"), "--input", "-"}, "play music\n");
  CHECK(alone.code != 0);
  CHECK_THAT(alone.err, Contains("text_pair"));
}

TEST_CASE("the second text changes what a joint task predicts") {
  const Experiment e;
  REQUIRE(e.run().code == 0);
  e.folder.write("two.jsonl", R"({"text": "play music", "text_pair": "loud rain"}
{"text": "play music", "text_pair": "wake me up at six"}
)");
  const Outcome predicted = mtt_program({"predict", "--model", e.path("run"), "--field", "text", "--top",
                                         "all", "--input", e.path("two.jsonl")});
  const auto rows = lines(predicted.out);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].at("related").json() != rows[1].at("related").json());
}

TEST_CASE("what a joint task cannot read is refused with its place") {
  const auto refused = [](const std::string& config, const std::string& pairs,
                          const std::vector<std::string>& parts) {
    const Experiment e(config, pairs);
    for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--check"}}) {
      const Outcome run = e.run(more);
      INFO(run.err);
      CHECK(run.code == 1);
      for (const std::string& part : parts) CHECK_THAT(run.err, Contains(part));
    }
  };
  refused(kConfig, replaced(kPairs, R"("text_pair": "up at six now", )", ""),
          {"pairs.jsonl:2:1", "text_pair"});
  refused(replaced(kConfig, "head = \"classification\"", "head = \"pair_classification\""), kPairs,
          {"e.toml:", "pair = \"joint\"", "pair_classification"});
  refused(replaced(kConfig, "model = \"./model\"", "model = \"./model\"\nprompt = \"ask: \""), kPairs,
          {"e.toml:", "prompt"});
  refused(replaced(kConfig, "pair = \"joint\"\n\n[train]", "\n[train]"), kPairs,
          {"pairs.jsonl:1", "write pair = \"joint\""});
  refused(kConfig, replaced(kPairs, R"("start": 5, "end": 10)", R"("start": 5, "end": 100)"),
          {"pairs.jsonl:1", "ends beyond the text of 10 characters"});
  refused(replaced(kConfig, "token_classification\"\npair = \"joint\"",
                   "token_classification\"\ntrain = \"other.jsonl\""),
          kPairs, {"other.jsonl"});
}

TEST_CASE("tasks on texts, groups and joint pairs share a file, and are those of files of their own") {
  const std::string head = R"([backbone]
model = "./model"

[train]
epochs = 4
batch_size = 4
dropout = 0.0
learning_rate = 0.001
tokens_per_forward = 24

)";
  const char* tables[] = {"[tasks.related]\nhead = \"classification\"\npair = \"joint\"\ndropout = 0.0\n",
                          "[tasks.topic]\nhead = \"classification\"\ninit = \"none\"\ndropout = 0.0\n",
                          "[tasks.things]\nhead = \"token_classification\"\ndropout = 0.0\n",
                          "[tasks.near]\nhead = \"similarity\"\nloss = \"cosine\"\n"};
  const std::string lines_of_all =
      R"({"text": "play some music", "text_pair": "loud music", "related": "yes", "topic": "music", "near": 0.9, "things": [{"start": 10, "end": 15, "label": "noun"}]}
{"text": "wake me up", "text_pair": "up at six now", "related": "yes", "topic": "time", "near": 0.7, "things": []}
{"text": "play rain", "text_pair": "", "related": "no", "topic": "music", "things": [{"start": 5, "end": 9, "label": "noun"}]}
{"text": "wake me at six", "text_pair": "some rain", "related": "no", "topic": "time", "near": 0.1, "things": [{"start": 8, "end": 14, "label": "time"}]}
)";
  const auto experiment = [&](bool one_file) {
    std::string config = head;
    for (std::size_t t = 0; t < std::size(tables); ++t) {
      const std::string file = "\"" + std::string(one_file ? "f" : "f" + std::to_string(t)) + ".jsonl\"\n";
      config += std::string(tables[t]) + "train = " + file + "test = " + file;
    }
    return config;
  };
  const Experiment together(experiment(true)), apart(experiment(false));
  together.folder.write("f.jsonl", lines_of_all);
  for (std::size_t t = 0; t < std::size(tables); ++t)
    apart.folder.write("f" + std::to_string(t) + ".jsonl", lines_of_all);
  for (const Experiment* e : {&together, &apart}) {
    const Outcome check = e->run({"--check"});
    INFO(check.err);
    CHECK(check.code == 0);
    CHECK_THAT(check.out, Contains("Estimate"));
    const Outcome run = e->run();
    INFO(run.err);
    REQUIRE(run.code == 0);
  }
  const auto rows = [](const Experiment& e, const std::string& file) {
    return lines(file_text(e.folder.path() / "run" / file));
  };
  const auto scores = rows(together, "scores.jsonl"), own = rows(apart, "scores.jsonl");
  std::size_t compared = 0;
  for (const mtt::Value& row : own)
    for (const mtt::Value& other : scores) {
      if (row.at("task").json() != other.at("task").json()) continue;
      ++compared;
      REQUIRE((row.find("probe") != nullptr) == (other.find("probe") != nullptr));
      if (row.find("probe")) CHECK(other.at("probe").json() == row.at("probe").json());
      for (const auto& [name, value] : row.at("metrics").table())
        CHECK(other.at("metrics").at(name).number() == Approx(value.number()).epsilon(1e-3));
    }
  CHECK(compared == std::size(tables));
  const auto probe_loss = [](const Experiment& e, const char* task) {
    return lines(file_text(e.folder.path() / "run/cost.json"))
        .at(0)
        .at("probes")
        .at(task)
        .at("loss")
        .number();
  };
  for (const char* task : {"related", "topic", "things"})
    CHECK(probe_loss(together, task) == probe_loss(apart, task));
  const auto losses = [&](const Experiment& e, const char* task) {
    std::vector<double> all;
    for (const mtt::Value& row : rows(e, "metrics.jsonl"))
      if (const mtt::Value* loss = row.find("loss")) all.push_back(loss->at(task).number());
    return all;
  };
  for (const char* task : {"related", "topic", "things", "near"}) {
    const auto shared = losses(together, task), separate = losses(apart, task);
    REQUIRE(shared.size() == 4);
    REQUIRE(separate.size() == 4);
    CHECK(shared[0] == Approx(separate[0]).epsilon(1e-6));
    for (std::size_t i = 1; i < 4; ++i) CHECK(shared[i] == Approx(separate[i]).epsilon(1e-3));
  }

  const auto evaluated = lines(mtt_program({"evaluate", "--model", together.path("run"), "--json"}).out);
  REQUIRE(evaluated.size() == scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i)
    CHECK(evaluated[i].at("metrics").json() == scores[i].at("metrics").json());
  const auto predict = [&](const std::vector<std::string>& more, const std::string& input = "") {
    std::vector<std::string> arguments = {"predict", "--model", together.path("run")};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome predicted = mtt_program(arguments, input);
    INFO(predicted.err);
    REQUIRE(predicted.code == 0);
    return lines(predicted.out);
  };
  const auto pairs = predict({"--field", "text", "--input", together.path("f.jsonl")});
  REQUIRE(pairs.size() == 4);
  for (const char* task : {"related", "topic", "things", "near"}) CHECK(pairs[2].find(task));
  const auto alone = predict({"--input", "-"}, "wake me up\n");
  CHECK(alone.at(0).at("topic").at("label").json() == pairs[1].at("topic").at("label").json());
  CHECK(alone.at(0).at("things").json() == pairs[1].at("things").json());
  CHECK_FALSE(alone.at(0).find("related"));

  const Experiment lacking(experiment(true));
  lacking.folder.write("f.jsonl", replaced(lines_of_all, R"("text_pair": "up at six now", )", ""));
  const Outcome refused = lacking.run();
  CHECK(refused.code == 1);
  CHECK_THAT(refused.err, Contains("f.jsonl:2:1") && Contains("'related'") && Contains("text_pair"));
}
