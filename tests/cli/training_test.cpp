#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <random>
#include <thread>

#include "catch.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"

namespace fs = std::filesystem;

namespace {

const char kConfig[] = R"([backbone]
model = "./model"

[data]
train = "train.jsonl"
dev = "dev.jsonl"

[tasks.intent]
head = "classification"
init = "none"

[tasks.slots]
head = "token_classification"
init = "none"
layer = 1

[tasks.mood]
head = "classification"
init = "none"
train = "mood.jsonl"

[train]
epochs = 8
steps_per_epoch = 5
batch_size = 4
learning_rate = 0.01
head_learning_rate = 0.05
dropout = 0.2
tokens_per_forward = 16
evaluate_every = 7
save_every = 1

[freeze]
policy = "gradual"
epochs = 2

[sampler]
method = "temperature"

[show]
sentences = ["play rain", "wake me at six"]
)";

constexpr int kSteps = 40;

/// The experiment with another [freeze].
std::string config_with(const std::string& freeze) {
  const std::string gradual = "policy = \"gradual\"\nepochs = 2";
  std::string config = kConfig;
  return config.replace(config.find(gradual), gradual.size(), freeze);
}

std::string train_lines() {
  const char* alarms[] = {"wake me up", "wake me at six", "me up at six now", "up now", "wake me now"};
  const char* plays[] = {"play some music", "play music louder", "play rain now", "some rain", "music"};
  std::string lines;
  for (const char* text : alarms)
    lines += std::string("{\"text\": \"") + text + "\", \"intent\": \"alarm\"}\n";
  for (const char* text : plays) {
    const std::string t = text;
    const auto end = t.find(' ') == std::string::npos ? t.size() : t.find(' ');
    lines += "{\"text\": \"" + t +
             "\", \"intent\": \"play\", \"slots\": [{\"start\": 0, \"end\": " + std::to_string(end) +
             ", \"label\": \"what\"}]}\n";
  }
  return lines;
}

std::string mood_lines() {
  std::string lines;
  for (const char* text : {"rain", "loud rain", "rain at six", "play some rain", "now"})
    lines += std::string("{\"text\": \"") + text + "\", \"mood\": \"low\"}\n";
  for (const char* text : {"music", "loud music", "play me up"})
    lines += std::string("{\"text\": \"") + text + "\", \"mood\": \"high\"}\n";
  return lines;
}

struct Training {
  TemporaryFolder folder;
  std::string config = (folder.path() / "e.toml").string();
  std::string threads;

  explicit Training(int thread_count = 1) : threads(std::to_string(thread_count)) {
    write_tiny_model(folder.path() / "model");
    folder.write("e.toml", kConfig);
    folder.write("train.jsonl", train_lines());
    folder.write("dev.jsonl", train_lines());
    folder.write("mood.jsonl", mood_lines());
  }
  fs::path out(const std::string& name) const { return folder.path() / name; }
  std::vector<std::string> arguments(const std::string& name, std::vector<std::string> more = {}) const {
    std::vector<std::string> all = {"run", config, "--out", out(name).string(), "--threads", threads};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  Outcome run(const std::string& name, std::vector<std::string> more = {}) const {
    return mtt_program(arguments(name, std::move(more)));
  }
  long logged(const std::string& name) const {
    const std::string text = file_text(out(name) / "metrics.jsonl");
    return std::count(text.begin(), text.end(), '\n');
  }
  /// Starts a run, sends a signal once it has logged so many lines, and waits. → the exit code
  int stop(const std::string& name, int signal, long lines, std::vector<std::string> more = {}) const {
    RunningProgram program(arguments(name, std::move(more)), out("stdout"), out("stderr"));
    while (!program.ended() && logged(name) < lines)
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    program.send(signal);
    return program.wait();
  }
  /// All that a run gives and that must not depend on how often it was stopped.
  void check_same(const std::string& one, const std::string& other) const {
    for (const char* file : {"metrics.jsonl", "backbone.safetensors", "heads/intent/model.safetensors",
                             "heads/slots/model.safetensors", "heads/mood/model.safetensors",
                             "heads/mood/head.json", "predictions.jsonl", "embeddings.npy"}) {
      INFO(file);
      const std::string content = file_text(out(one) / file);
      CHECK_FALSE(content.empty());
      CHECK((content == file_text(out(other) / file)));
    }
    CHECK_FALSE(fs::exists(out(other) / "checkpoints"));
  }
};

void check_sentence(const Outcome& outcome, const std::string& part) {
  CHECK(outcome.code == 1);
  CHECK_THAT(outcome.err, Contains("mtt: error: ") && Contains(part));
  const auto error = outcome.err.find("mtt: error: ");
  if (error != std::string::npos) CHECK(outcome.err.find('\n', error) == outcome.err.size() - 1);
}

fs::path newest_checkpoint(const fs::path& run) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(run / "checkpoints"))
    if (entry.path().filename().string().starts_with("step-") && entry.path().extension() != ".part")
      found.push_back(entry.path());
  REQUIRE_FALSE(found.empty());
  return *std::max_element(found.begin(), found.end());
}

}  // namespace

TEST_CASE("a run that is killed ten times gives the same bits as one that never was") {
  for (const int threads : {1, 2}) {
    INFO(threads << " threads");
    const Training t(threads);
    const Outcome whole = t.run("whole");
    INFO(whole.err);
    REQUIRE(whole.code == 0);
    std::mt19937 random(threads);
    int kills = 0;
    for (bool done = false; !done && kills < 10;) {
      RunningProgram program(t.arguments("killed", kills > 0 ? std::vector<std::string>{"--resume"}
                                                             : std::vector<std::string>{}),
                             t.out("stdout"), t.out("stderr"));
      while (!program.ended() && !fs::exists(t.out("killed") / "metrics.jsonl"))
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      const long from = std::min<long>(t.logged("killed"), kSteps);
      const long wanted = from + 1 + static_cast<long>(random() % 3);
      const auto pause = std::chrono::microseconds(random() % 12'000);
      while (!program.ended() && t.logged("killed") < wanted)
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      std::this_thread::sleep_for(pause);
      done = program.ended();
      if (!done) {
        program.send(SIGKILL);
        program.wait();
        ++kills;
      } else {
        CHECK(program.wait() == 0);
      }
    }
    CHECK(kills >= 5);
    const Outcome last = t.run("killed", {"--resume"});
    INFO(last.err);
    REQUIRE(last.code == 0);
    t.check_same("whole", "killed");
  }
}

TEST_CASE(
    "SIGTERM, SIGINT and SIGHUP save a checkpoint, and --resume goes on, also where the newest one is torn") {
  const Training t;
  REQUIRE(t.run("whole", {"--set", "train.save_every=2"}).code == 0);
  CHECK(t.stop("stopped", SIGTERM, 7, {"--set", "train.save_every=2"}) == 128 + SIGTERM);
  CHECK_THAT(file_text(t.out("stdout")), Contains("a checkpoint is saved") && Contains("--resume"));
  CHECK(fs::exists(newest_checkpoint(t.out("stopped")) / "manifest.json"));
  CHECK(t.stop("stopped", SIGINT, 12, {"--set", "train.save_every=2", "--resume"}) == 128 + SIGINT);
  CHECK(t.stop("stopped", SIGHUP, 20, {"--set", "train.save_every=2", "--resume"}) == 128 + SIGHUP);
  CHECK_THAT(file_text(t.out("stdout")), Contains("resuming at step"));
  CHECK_THAT(t.run("stopped", {"--resume"}).err, Contains("save_every"));
  fs::resize_file(newest_checkpoint(t.out("stopped")) / "optimizer.safetensors", 100);
  const Outcome rest = t.run("stopped", {"--set", "train.save_every=2", "--resume"});
  INFO(rest.err);
  REQUIRE(rest.code == 0);
  CHECK_THAT(rest.err, Contains("warning") && Contains("not complete"));
  t.check_same("whole", "stopped");
  CHECK_THAT(file_text(t.out("stopped") / "console.txt"), Contains("resuming at step"));
}

TEST_CASE(
    "what a kill left half-written is gone once the resumed run is complete, and files of others stay") {
  const Training t;
  REQUIRE(t.run("whole").code == 0);
  REQUIRE(t.stop("run", SIGTERM, 7) == 128 + SIGTERM);
  for (const char* name : {"run/.mtt-tmp-1-0", "run/checkpoints/.mtt-tmp-1-0",
                           "run/heads/intent/.mtt-tmp-1-0", "run/checkpoints/.mtt-tmp-1-1"})
    t.folder.write(name, "half");
  t.folder.write("run/notes.txt", "mine");
  REQUIRE(t.run("run", {"--resume"}).code == 0);
  t.check_same("whole", "run");
  for (const auto& entry : fs::recursive_directory_iterator(t.out("run")))
    CHECK_THAT(entry.path().filename().string(), !Contains("mtt-tmp"));
  CHECK(fs::exists(t.out("run") / "notes.txt"));
}

TEST_CASE(
    "--resume with another configuration, other data or another model is refused, and nothing is harmed") {
  const Training t;
  REQUIRE(t.run("whole").code == 0);
  check_sentence(t.run("new", {"--resume"}), "holds no run");
  REQUIRE(t.stop("run", SIGTERM, 5, {}) == 128 + SIGTERM);
  const auto resumed = [&](std::vector<std::string> more) {
    more.emplace_back("--resume");
    return t.run("run", more);
  };
  check_sentence(t.run("run"), "--resume");
  check_sentence(resumed({"--set", "train.learning_rate=0.02"}), "train.learning_rate");
  check_sentence(resumed({"--set", "freeze.epochs=1"}), "freeze.epochs");
  check_sentence(resumed({"--set", "train.learning_rates={\"*.bias\"=0.1}"}), "learning_rates");

  t.folder.write("train.jsonl", train_lines() + "{\"text\": \"play\", \"intent\": \"play\"}\n");
  check_sentence(resumed({}), "examples are not those");
  t.folder.write("train.jsonl", train_lines());
  t.folder.write("dev.jsonl", mood_lines() + train_lines());
  check_sentence(resumed({}), "held-out examples are not those");
  t.folder.write("dev.jsonl", train_lines());
  const Outcome asked = mtt_program({"predict", "--model", t.out("run").string()}, "rain\n");
  check_sentence(asked, "is not finished; resume it with");

  const fs::path weights = t.folder.path() / "model" / "model.safetensors";
  const std::string original = file_text(weights);
  std::string other = original;
  other[other.size() - 2] = static_cast<char>(other[other.size() - 2] ^ 4);
  t.folder.write("model/model.safetensors", other);
  check_sentence(resumed({}), "encoder is not that");
  t.folder.write("model/model.safetensors", original);

  t.folder.write("e.toml", std::string(kConfig) + "\n[train.learning_rates]\n\"*.bias\" = 0.1\n");
  REQUIRE(t.stop("rates", SIGTERM, 2, {}) == 128 + SIGTERM);
  t.folder.write("e.toml", kConfig);
  check_sentence(t.run("rates", {"--resume"}), "learning_rates");

  const Outcome rest = resumed({});
  INFO(rest.err);
  REQUIRE(rest.code == 0);
  t.check_same("whole", "run");

  const std::string log = file_text(t.out("run") / "metrics.jsonl");
  const auto written = fs::last_write_time(t.out("run") / "heads/intent/model.safetensors");
  const Outcome again = resumed({});
  CHECK(again.code == 0);
  CHECK_THAT(again.out, Contains("finished"));
  CHECK(file_text(t.out("run") / "metrics.jsonl") == log);
  CHECK((fs::last_write_time(t.out("run") / "heads/intent/model.safetensors") == written));
}

TEST_CASE("--resume with other threads goes on with a warning") {
  const Training t;
  REQUIRE(t.stop("run", SIGTERM, 5, {}) == 128 + SIGTERM);
  std::vector<std::string> arguments = t.arguments("run", {"--resume"});
  *(std::find(arguments.begin(), arguments.end(), "--threads") + 1) = "2";
  const Outcome outcome = mtt_program(arguments);
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.err, Contains("warning") && Contains("threads"));
}

TEST_CASE("a full disk ends a training with one sentence, and it goes on when there is room again") {
  const Training t;
  REQUIRE(t.run("whole").code == 0);
  REQUIRE(t.stop("run", SIGTERM, 12, {}) == 128 + SIGTERM);
  {
    RunningProgram full(t.arguments("run", {"--resume"}), t.out("stdout"), t.out("stderr"), 9'000);
    const int code = full.wait();
    check_sentence({code, "", file_text(t.out("stderr"))}, "cannot be written");
  }
  const Outcome rest = t.run("run", {"--resume"});
  INFO(rest.err);
  REQUIRE(rest.code == 0);
  t.check_same("whole", "run");
}

TEST_CASE("files that others put into a run's folder of checkpoints are left alone") {
  const Training t;
  REQUIRE(t.stop("run", SIGTERM, 3, {}) == 128 + SIGTERM);
  const fs::path mine = t.out("run") / "checkpoints" / "notes.part";
  std::ofstream(mine) << "mine";
  REQUIRE(t.run("run", {"--resume"}).code == 0);
  CHECK(file_text(mine) == "mine");
  CHECK_FALSE(fs::exists(t.out("run") / "checkpoints" / "best.safetensors"));
  CHECK_THAT(t.run("run", {"--resume"}).out, Contains("finished"));
}

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
