#include "train/trainer.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "catch.h"
#include "mixed_training.h"
#include "model/tensor_file.h"
#include "mtt/error.h"
#include "train/checkpoint.h"

TEST_CASE(
    "an evaluation in mid-run sees the weights of that moment, and so does what comes after the training") {
  SmallTraining training;
  training.train = "epochs = 3\n" + kSteady;
  const mtt::TrainingSource source = small_source("s", {0}, 5);
  const auto check = [&](const mtt::MultiTaskModel& model) {
    const auto fresh = small_model(training.tasks);
    mtt::copy_into(model.parameters(), fresh->parameters(), "the trained model");
    const at::NoGradGuard no_grad;
    const mtt::SharedInputs inputs = inputs_of(model, source);
    const auto outputs = [&](const mtt::MultiTaskModel& from) {
      std::vector<const mtt::Task*> tasks;
      for (const mtt::Task& task : from.tasks()) tasks.push_back(&task);
      return from.forward(inputs, tasks, {.sentences = true});
    };
    const mtt::Outputs seen = outputs(model), expected = outputs(*fresh);
    CHECK(same_bits(seen.sentences, expected.sentences));
    for (std::size_t t = 0; t < training.tasks.size(); ++t)
      CHECK(same_bits(seen.logits[t], expected.logits[t]));
  };
  training.before = check;
  const auto untouched = training.run();
  check(*untouched.model);
  int evaluations = 0;
  training.evaluate = [&](mtt::MultiTaskModel& model) {
    check(model);
    return mtt::Scores{{"a.accuracy", -static_cast<double>(++evaluations)}};  // the first is the best
  };
  const auto result = training.run();
  CHECK(evaluations == 3);
  check(*result.model);
}

TEST_CASE("over a frozen trunk joint training is separate training, bit for bit") {
  for (const std::string cache : {"none", "memory"}) {
    for (const bool one_file : {true, false}) {
      INFO(cache << one_file);
      const std::vector<SmallTask> tasks = {{"a"}, {"b", Unit::token, 2}, {"c", Unit::sentence, 1}};
      SmallTraining joint;
      joint.tasks = tasks;
      joint.dropout = 0.2;
      joint.train = "epochs = 4\n" + kSteady;
      joint.tables = "[freeze]\npolicy = \"backbone\"\n[cache]\nwhere = \"" + cache + "\"\n";
      const auto source = [&](std::size_t t) { return small_source("s" + std::to_string(t), {t}, 24); };
      const mtt::TrainingSource shared = small_source("s", {0, 1, 2}, 24, true);
      joint.sources = one_file ? std::vector{shared} : std::vector{source(0), source(1), source(2)};
      const auto together = joint.run();
      for (std::size_t t = 0; t < tasks.size(); ++t) {
        SmallTraining alone = joint;
        alone.tasks = {tasks[t]};
        alone.sources = {one_file ? shared : source(t)};
        if (one_file) alone.sources[0].labels = {shared.labels[t]};
        alone.sources[0].tasks = {0};
        const auto result = alone.run();
        for (const auto& [name, tensor] : result.last) {
          INFO(name);
          CHECK(same_bits(tensor, together.last.at(name)));
          CHECK(same_bits(tensor, result.first.at(name)) != name.starts_with("heads."));
        }
        CHECK(result.losses(tasks[t].name) == together.losses(tasks[t].name));
      }
    }
  }
}

TEST_CASE("a gradient that is not finite ends the training before it reaches the weights") {
  class Huge : public EqualWeighting {
    std::vector<double> weights(const mtt::WeightingStep&) override { return {1e300, 1e300}; }
  } huge;
  SmallTraining training;
  training.train = "epochs = 1\n" + kSteady;
  training.train.replace(training.train.find("clip_norm = 0.0"), 15, "clip_norm = 1.0");
  training.tables = "[weighting]\nnormalize = false\n";
  training.weighting = &huge;
  CHECK_THROWS_WITH(training.run(), Contains("step 1") && Contains("norm of the gradients is not finite"));
}

TEST_CASE("a training tells what happens, in its order") {
  SmallTraining training;
  training.train = "epochs = 3\nevaluate_every = 2\nsave_every = 3\npatience = 2\n" + kSteady;
  training.tables = "[freeze]\npolicy = \"probe_then_tune\"\nepochs = 1\n";
  training.sources = {small_source("s.jsonl", {0, 1}, 24)};
  for (mtt::Value& label : training.sources[0].labels[1]) label = {};
  training.evaluate = [scores = std::vector<double>{0.6, 0.7, 0.7, 0.5}](mtt::MultiTaskModel&) mutable {
    const double score = scores.front();
    scores.erase(scores.begin());
    return mtt::Scores{{"a.accuracy", score}};
  };
  const std::vector<std::string> first = {"begun", "cache", "phase", "step",   "step",
                                          "best",  "step",  "epoch", "idle b", "saved"};
  std::vector<std::string> all = first;
  for (const char* event : {"phase", "step", "best", "step", "step", "evaluation", "epoch", "saved", "step",
                            "step", "evaluation", "saved", "stopped early", "ended"})
    all.emplace_back(event);
  CHECK(training.run().events.order == all);

  training.evaluate = [](mtt::MultiTaskModel&) { return mtt::Scores{{"a.accuracy", NAN}}; };
  training.train = "epochs = 1\nevaluate_every = 2\nbest = \"a.accuracy\"\n" + kSteady;
  training.tables = "[cache]\nwhere = \"none\"\n";
  const std::vector<std::string> undefined = {"begun",      "phase", "step",       "step",
                                              "evaluation", "step",  "evaluation", "epoch",
                                              "idle b",     "saved", "ended",      "best undefined"};
  CHECK(training.run().events.order == undefined);
}

TEST_CASE("a policy under which no parameter is trainable is refused") {
  SmallTraining training;
  training.train = "epochs = 1\n" + kSteady;
  training.tables = "[freeze]\npolicy = \"pattern\"\nfreeze = [\"*\"]\n";
  CHECK_THROWS_WITH(training.run(), Contains("no parameter is trainable"));
}
