#include <algorithm>
#include <chrono>
#include <csignal>
#include <numeric>
#include <sstream>
#include <thread>

#include "catch.h"
#include "mtt/value.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

namespace {

const std::string kPlugins = MTT_BAD_PLUGINS;

const char kConfig[] = R"(
[backbone]
model = "./model"

[tasks.language]
head = "masked_language"
train = "texts.jsonl"
dev = "texts.jsonl"
test = "texts.jsonl"

[tasks.intent]
head = "classification"
train = "intent.jsonl"

[train]
epochs = 40
batch_size = 4
learning_rate = 0.01
head_learning_rate = 0.01
dropout = 0.0
)";

const char kTexts[] = R"({"text": "play some music loud ."}
{"text": "wake me up at six ."}
{"text": "play some rain now ."}
{"text": "wake me up now ."}
{"text": "play some music louder at six ."}
{"text": "wake me up at six now ."}
)";

const char kIntents[] = R"({"text": "play music", "intent": "play"}
{"text": "wake me", "intent": "alarm"}
{"text": "music now", "intent": "play"}
{"text": "up at six", "intent": "alarm"}
)";

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

struct Experiment {
  TemporaryFolder folder;
  explicit Experiment(const std::string& config = kConfig) {
    write_tiny_model(folder.path() / "model");
    folder.write("e.toml", "plugin_path = \"" + kPlugins + "\"\n" + config);
    folder.write("texts.jsonl", kTexts);
    folder.write("intent.jsonl", kIntents);
  }
  std::string path(const std::string& name) const { return (folder.path() / name).string(); }
  std::vector<std::string> arguments(const std::string& out, std::vector<std::string> more) const {
    std::vector<std::string> all = {"run", path("e.toml"), "--out", path(out), "--threads", "1"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Outcome run(const std::string& out, std::vector<std::string> more = {}) const {
    return mtt_program(arguments(out, std::move(more)));
  }
  std::vector<mtt::Value> rows(const std::string& file) const {
    std::vector<mtt::Value> all;
    std::istringstream stream(file_text(folder.path() / file));
    for (std::string line; std::getline(stream, line);) all.push_back(mtt::parse_json(line, file));
    return all;
  }
  std::vector<double> losses(const std::string& out) const {
    std::vector<double> values;
    for (const mtt::Value& row : rows(out + "/metrics.jsonl"))
      if (const mtt::Value* losses = row.find("loss"))
        if (const mtt::Value* loss = losses->find("language")) values.push_back(loss->number());
    return values;
  }
  std::vector<std::string> scores(const std::string& out) const {
    std::vector<std::string> texts;
    for (const mtt::Value& row : rows(out + "/scores.jsonl"))
      texts.push_back(row.at("task").string() + " " + row.at("metrics").json());
    return texts;
  }
};

double mean(const std::vector<double>& values, std::size_t from, std::size_t count) {
  return std::accumulate(values.begin() + static_cast<std::ptrdiff_t>(from),
                         values.begin() + static_cast<std::ptrdiff_t>(from + count), 0.0) /
         static_cast<double>(count);
}

}  // namespace

TEST_CASE("a head that masks tokens keeps the contract of plugins") {
  const Outcome contract = mtt_program({"plugins", "check", kPlugins + "/masked_language.so"});
  INFO(contract.out << contract.err);
  REQUIRE(contract.code == 0);
  CHECK_THAT(contract.out, Contains("transform"));
}

TEST_CASE("masked language modelling is trained jointly with another task, and its loss falls") {
  const Experiment e;
  const Outcome run = e.run("run");
  INFO(run.err);
  REQUIRE(run.code == 0);
  const std::vector<double> losses = e.losses("run");
  REQUIRE(losses.size() > 40);
  CHECK(mean(losses, losses.size() - 10, 10) < 0.7 * mean(losses, 0, 10));

  const std::vector<std::string> scores = e.scores("run");
  REQUIRE_FALSE(scores.empty());
  CHECK(scores[0].starts_with("language {\"accuracy\":"));
  const Outcome evaluated =
      mtt_program({"evaluate", "--model", e.path("run"), "--json", "--plugin-path", kPlugins});
  INFO(evaluated.err);
  REQUIRE(evaluated.code == 0);
  const mtt::Value row = mtt::parse_json(evaluated.out.substr(0, evaluated.out.find('\n')), "scores");
  CHECK(row.at("examples").integer() == 6);
  CHECK("language " + row.at("metrics").json() == scores[0]);
  const Outcome predicted =
      mtt_program({"predict", "--model", e.path("run"), "--plugin-path", kPlugins}, "play some music\n");
  INFO(predicted.err);
  REQUIRE(predicted.code == 0);
  CHECK(mtt::parse_json(predicted.out, "prediction").at("language").at("ids").array().size() == 5);
}

TEST_CASE("scores of a head that masks tokens depend on no batch and no seed") {
  const Experiment e;
  const auto scored = [&](const std::string& out, std::vector<std::string> more) {
    more.insert(more.end(), {"--set", "train.epochs=4", "--set", "run.save_predictions=true"});
    const Outcome run = e.run(out, std::move(more));
    INFO(run.err);
    REQUIRE(run.code == 0);
    return std::pair(e.scores(out), e.rows(out + "/test_predictions/texts.jsonl"));
  };
  const auto [scores, rows] = scored("one", {});
  for (const char* tokens : {"1", "16"}) {
    const auto [other, other_rows] =
        scored(std::string("t") + tokens, {"--set", std::string("run.tokens_per_forward=") + tokens});
    CHECK(other == scores);
    REQUIRE(other_rows.size() == rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) CHECK(other_rows[i].json() == rows[i].json());
  }
  const auto [seeded, seeded_rows] = scored("seed", {"--set", "run.seed=2"});
  for (std::size_t i = 0; i < rows.size(); ++i)
    CHECK(seeded_rows[i].at("labels").json() == rows[i].at("labels").json());
}

TEST_CASE("a stopped training that masks tokens is resumed with the same masks") {
  const Experiment e;
  REQUIRE(e.run("whole").code == 0);
  {
    RunningProgram program(e.arguments("stopped", {}), e.path("out"), e.path("err"));
    const auto logged = [&] {
      const std::string text = file_text(e.folder.path() / "stopped/metrics.jsonl");
      return std::count(text.begin(), text.end(), '\n');
    };
    while (!program.ended() && logged() < 10) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    program.send(SIGTERM);
    REQUIRE(program.wait() == 128 + SIGTERM);
  }
  const Outcome rest = e.run("stopped", {"--resume"});
  INFO(rest.err);
  REQUIRE(rest.code == 0);
  CHECK(e.losses("stopped") == e.losses("whole"));
  CHECK(e.scores("stopped") == e.scores("whole"));
  CHECK(file_text(e.folder.path() / "stopped/heads/language/model.safetensors") ==
        file_text(e.folder.path() / "whole/heads/language/model.safetensors"));
}

TEST_CASE("where inputs cannot be transformed, one message says why") {
  const auto refused = [](const Experiment& e, const std::vector<std::string>& parts) {
    for (const std::vector<std::string>& more : {std::vector<std::string>{}, {"--check"}}) {
      const Outcome run = e.run("run", more);
      INFO(run.err);
      CHECK(run.code == 1);
      for (const std::string& part : parts) CHECK_THAT(run.err, Contains(part));
    }
  };
  refused(Experiment(replaced(kConfig, "train = \"intent.jsonl\"", "train = \"texts.jsonl\"")),
          {"task 'language' is trained on", "texts.jsonl", "as task 'intent' is", "a file of its own"});
  refused(Experiment(replaced(kConfig, "dev = \"texts.jsonl\"", "field = \"label\"")),
          {"e.toml:", "[tasks.language]", "makes its own targets; leave 'field' out"});
  const Experiment without_mask;
  std::string vocabulary = file_text(without_mask.folder.path() / "model/vocab.txt");
  without_mask.folder.write("model/vocab.txt", replaced(vocabulary, "[MASK]", "other"));
  refused(without_mask, {"e.toml:", "[tasks.language]", "needs a mask token", "/model' has none"});
}

TEST_CASE("checks count the examples of a task without labels") {
  const Experiment e;
  const Outcome check = e.run("run", {"--check"});
  INFO(check.err);
  REQUIRE(check.code == 0);
  CHECK_THAT(check.out, Contains("language") && Contains("the experiment can run"));
  const Outcome data = mtt_program({"data", "check", e.path("e.toml")});
  INFO(data.out << data.err);
  CHECK(data.code == 0);
  CHECK_THAT(data.out, !Contains("no example has a label"));
}
