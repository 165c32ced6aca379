#include "run/training_console.h"

#include <functional>
#include <limits>

#include "catch.h"
#include "train/training_step.h"

namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

class NoProgress final : public mtt::Progress {
 public:
  void update(std::int64_t, double, const std::string&) override {}
  void clear() override {}
};

class Recorded final : public mtt::Messages {
 public:
  void answer(std::string_view line) override { text += line; }
  void say(std::string_view line) override { text += line; }
  void warn(const std::string& message) override { text += "mtt: warning: " + message + "\n"; }
  void keep_in(const std::filesystem::path&, bool) override {}
  std::unique_ptr<mtt::Progress> progress(const std::string&, std::int64_t) override {
    return std::make_unique<NoProgress>();
  }

  std::string text;
};

/// What a training reports that consists of the events that `tell` tells.
std::string printed(const std::function<void(mtt::TrainingConsole&)>& tell) {
  Recorded messages;
  mtt::TrainingConsole training(messages);
  tell(training);
  return messages.text;
}

mtt::TrainingBegun begun() { return {.tasks = {"a", "b"}, .step = 0, .total_steps = 20}; }

mtt::PhaseEntered phase() {
  return {.step = 3,
          .name = "gradual",
          .tensors = 7,
          .parameters = 1'234'567,
          .frontier = 2,
          .layers = 6,
          .dropped = 0,
          .unbalanced = {}};
}

const std::string kPhase =
    "step 3  gradual: 7 tensors with 1.235 million parameters are trainable; embeddings and 2 of 6 layers "
    "run "
    "without gradients\n";

}  // namespace

TEST_CASE("the console of a training: phases and what they drop") {
  CHECK(
      printed([](mtt::TrainingConsole& console) {
        console.begun(begun());
        console.phase_entered(phase());
        mtt::PhaseEntered all = phase();
        all.frontier = -1;
        all.dropped = 4;
        all.unbalanced = {"a", "b"};
        console.phase_entered(all);
        console.phase_entered(all);  // what is unbalanced is said once
      }) ==
      "step 3  gradual: 7 tensors with 1.235 million parameters are trainable; embeddings and 2 of 6 layers "
      "run without gradients\n"
      "step 3  gradual: 7 tensors with 1.235 million parameters are trainable; no layer runs without "
      "gradients; the optimizer state of 4 frozen tensors was dropped\n"
      "there are no shared trainable parameters below 'a', 'b', so there is nothing to balance there: the "
      "weight is 1\n"
      "step 3  gradual: 7 tensors with 1.235 million parameters are trainable; no layer runs without "
      "gradients; the optimizer state of 4 frozen tensors was dropped\n");
}

TEST_CASE("the console of a training: epochs with losses, the last scores and idle heads") {
  CHECK(printed([](mtt::TrainingConsole& console) {
          console.begun(begun());
          console.phase_entered(phase());
          console.epoch_done({.epoch = 1, .epochs = 2, .losses = {0.5, kNaN}, .idle = {"b"}});
          console.evaluation_done({.step = 5, .scores = {{"a.f1", 0.25}, {"a.recall", 1}, {"b.f1", kNaN}}});
          console.epoch_done({.epoch = 2, .epochs = 2, .losses = {0.25, 2}, .idle = {}});
          console.stopped_early({.step = 12, .total_steps = 20, .best = "mean", .patience = 3});
          console.steps_ended();
          console.best_undefined("mean");
        }) ==
        kPhase +
            "epoch 1/2  loss  a 0.5000  b -\n"
            "mtt: warning: task 'b': in epoch 1 none of the drawn examples had a target for its head, so "
            "it was not trained\n"
            "epoch 2/2  loss  a 0.2500  b 2.0000  dev  a.f1 0.2500  b.f1 undefined\n"
            "stopped early at step 12 of 20: no better mean in the last 3 evaluations\n"
            "mtt: warning: the score \"mean\" was undefined at every evaluation, so the last weights are "
            "kept\n");
}

TEST_CASE("the console of a training: caches and resuming") {
  CHECK(printed([](mtt::TrainingConsole& console) {
          console.checkpoint_damaged("the checkpoint 'c' is not complete");
          mtt::TrainingBegun start = begun();
          start.resumes = true;
          console.begun(start);
          const mtt::Value state{mtt::Value::Table{}};
          start.checkpoint = &state;
          start.step = 4;
          start.threads_before = 2;
          console.begun(start);
          console.caching({.done = 0, .texts = 9, .share = 0});
          console.cache_built({.file = "x/f.jsonl", .kept = 8, .texts = 9, .bytes = 3 << 20});
          console.cache_built({.file = "f.jsonl", .kept = 9, .texts = 9, .bytes = 1 << 19, .found = true});
          console.cache_built({.file = "f.jsonl", .kept = 9, .texts = 9, .bytes = 0, .was_damaged = true});
        }) ==
        "mtt: warning: the checkpoint 'c' is not complete\n"
        "there is no checkpoint yet; the training starts from the beginning\n"
        "mtt: warning: the run had 2 threads and has 1 now; results may differ in the last digits\n"
        "resuming at step 4 of 20\n"
        "cache  8 of 9 texts of f.jsonl, 3.0 MB\n"
        "cache  9 of 9 texts of f.jsonl, 0.5 MB, found on disk\n"
        "cache  9 of 9 texts of f.jsonl, 0.0 MB, computed again because the file on disk was damaged\n");
}
