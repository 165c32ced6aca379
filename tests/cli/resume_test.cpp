#include <algorithm>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "sweep_folder.h"
#include "training_experiment.h"

namespace fs = std::filesystem;

namespace {

constexpr int kSteps = 40;

fs::path newest_checkpoint(const fs::path& run) {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(run / "checkpoints"))
    if (entry.path().filename().string().starts_with("step-") && entry.path().extension() != ".part")
      found.push_back(entry.path());
  REQUIRE_FALSE(found.empty());
  return *std::max_element(found.begin(), found.end());
}

}  // namespace

TEST_CASE("a run that is killed, up to ten times, gives the same bits as one that never was") {
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
    CHECK(kills > 0);
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

  t.folder.write("e.toml", std::string(kTrainingConfig) + "\n[train.learning_rates]\n\"*.bias\" = 0.1\n");
  REQUIRE(t.stop("rates", SIGTERM, 2, {}) == 128 + SIGTERM);
  t.folder.write("e.toml", kTrainingConfig);
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
    RunningProgram full(t.arguments("run", {"--resume"}), t.out("stdout"), t.out("stderr"),
                        {.file_bytes = 9'000});
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

TEST_CASE("a sweep starts a training anew if the stopped one had another configuration") {
  const SweepFolder folder;
  std::vector<std::string> arguments = {"sweep",     folder.config(),
                                        "--out",     folder.out("s"),
                                        "--threads", "1",
                                        "--set",     "train.steps_per_epoch=20000"};
  {
    RunningProgram program(arguments, folder.path() / "o", folder.path() / "e");
    const fs::path log = folder.path() / "s/runs/all,train_examples=6,seed=1/metrics.jsonl";
    while (!fs::exists(log) && !program.ended()) std::this_thread::sleep_for(std::chrono::milliseconds(20));
    program.send(SIGTERM);
    CHECK(program.wait() == 128 + SIGTERM);
  }
  REQUIRE(folder.rows("s").empty());
  arguments.back() = "train.steps_per_epoch=5";
  const Outcome rest = mtt_program(arguments);
  INFO(rest.out << rest.err);
  CHECK(rest.code == 0);
  CHECK(folder.rows("s").size() == 8);
}
