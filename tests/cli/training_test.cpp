#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "training_experiment.h"

namespace fs = std::filesystem;

TEST_CASE("a selector that names nothing is refused with its place, by --check and by a run") {
  const Training t;
  t.folder.write("e.toml", config_with("policy = \"pattern\"\nfreeze = [\"backbone.layer.0\"]"));
  check_sentence(t.run("run", {"--check"}), "'backbone.layer.0' matches no parameter");
  check_sentence(t.run("run"), "e.toml:");
}

TEST_CASE("what cannot go together in a training is refused by --check, with its place") {
  const Training t;
  const auto refused = [&](const std::vector<std::string>& set, const std::string& part) {
    std::vector<std::string> more = {"--check"};
    for (const std::string& assignment : set) more.insert(more.end(), {"--set", assignment});
    check_sentence(t.run("run", more), part);
  };
  CHECK(t.run("run", {"--check", "--set", "train.best=intent.macro_f1", "--set", "train.patience=2"}).code ==
        0);
  CHECK(t.run("run", {"--check", "--set", "train.best=all tasks.exact_match"}).code == 0);
  refused({"train.best=intent.acuracy"}, "did you mean \"intent.accuracy\"?");
  refused({"train.best=nothing"}, "the scores are \"mean\", \"intent.accuracy\"");
  refused({"data.dev=\"\"", "train.patience=2"}, "patience needs a validation set");
  refused({"data.dev=\"\"", "train.best=mean"}, "best needs a validation set");
  refused({"train.dropout=-0.5"}, "dropout is -0.5");
  refused({"weighting.method=pcgrad"}, "needs every task in every step");
  refused({"sampler.method=all", "weighting.method=pcgrad", "tasks.mood.train=\"\"", "data.train=\"\""},
          "no training set");
  CHECK_FALSE(fs::exists(t.out("run")));
}

TEST_CASE("the results of a run stay until the next one in its place is complete") {
  const Training t;
  REQUIRE(t.run("run").code == 0);
  const std::string weights = file_text(t.out("run") / "heads/intent/model.safetensors");
  const std::vector<std::string> other = {"--set", "run.seed=2", "--set", "train.learning_rate=0.02"};
  {
    RunningProgram program(t.arguments("run", other), t.out("stdout"), t.out("stderr"));
    while (!program.ended() && !(fs::exists(t.out("run") / "previous/heads") && t.logged("run") >= 5))
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    program.send(SIGTERM);
    REQUIRE(program.wait() == 128 + SIGTERM);
  }
  CHECK_THAT(file_text(t.out("stdout")), Contains("the results of the previous run are in"));
  CHECK((file_text(t.out("run") / "previous/heads/intent/model.safetensors") == weights));
  const Outcome before = mtt_program({"predict", "--model", (t.out("run") / "previous").string()}, "rain\n");
  INFO(before.err);
  CHECK(before.code == 0);
  std::vector<std::string> on = other;
  on.emplace_back("--resume");
  REQUIRE(t.run("run", on).code == 0);
  CHECK_FALSE(fs::exists(t.out("run") / "previous"));
  CHECK((file_text(t.out("run") / "heads/intent/model.safetensors") != weights));
}

TEST_CASE("early stopping is told, and so is a score that was never defined") {
  const Training t;
  const Outcome early = t.run("early", {"--set", "train.patience=1"});
  CHECK(early.code == 0);
  CHECK_THAT(early.out, Contains("stopped early at step") && Contains("no better mean in the last 1"));
  std::string flat;
  for (const char* text : {"rain", "music", "play"})
    flat += std::string("{\"text\": \"") + text + "\", \"level\": 1}\n";
  t.folder.write("level.jsonl", flat);
  t.folder.write("e.toml", std::string("[backbone]\nmodel = \"./model\"\n[data]\ntrain = \"level.jsonl\"\n"
                                       "dev = \"level.jsonl\"\n[tasks.level]\nhead = \"regression\"\n"
                                       "[train]\nepochs = 2\nbest = \"level.spearman\"\n"));
  const Outcome flat_run = t.run("flat");
  CHECK(flat_run.code == 0);
  CHECK_THAT(flat_run.err, Contains("\"level.spearman\" was undefined at every evaluation"));
}

TEST_CASE("a cache on disk belongs to its weights, pooling and truncation") {
  const Training t;
  const std::string directory = "cache.directory=\"" + (t.folder.path() / "shared").string() + "\"";
  t.folder.write("e.toml", config_with("policy = \"backbone\""));
  int number = 0;
  const auto found = [&](const std::vector<std::string>& more = {}) {
    std::vector<std::string> all = {"--set", "train.epochs=3", "--set", "cache.where=\"disk\"",
                                    "--set", directory};
    all.insert(all.end(), more.begin(), more.end());
    const Outcome outcome = t.run("cached" + std::to_string(number++), all);
    INFO(outcome.err);
    REQUIRE(outcome.code == 0);
    CHECK_THAT(outcome.out, Contains("cache  "));
    return outcome.out.find("found on disk") != std::string::npos;
  };
  CHECK_FALSE(found());
  CHECK(found());
  CHECK_FALSE(found({"--set", "backbone.max_tokens=4"}));
  CHECK_FALSE(found({"--set", "backbone.pooling=\"cls\""}));
  CHECK_FALSE(found({"--set", "backbone.prompt=\"query\""}));
  CHECK(found({"--set", "train.learning_rate=0.001"}));
}
