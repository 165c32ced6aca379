#include "train/trainer.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "catch.h"
#include "mtt/error.h"
#include "small_model.h"
#include "train/checkpoint.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kLayers = 4;
const std::string kSteady =
    "schedule = \"constant\"\nwarm_up = 0.0\nlearning_rate = 0.01\nhead_learning_rate = 0.01\nclip_norm = "
    "0.0\n"
    "weight_decay = 0.1\nbatch_size = 8\n";

bool has(const std::string& name, const std::string& part) { return name.find(part) != std::string::npos; }
bool is_head(const std::string& name) { return name.starts_with("heads."); }
bool in_layers(const std::string& name, int first, int last) {
  for (int l = first; l <= last; ++l)
    if (has(name, "backbone.layers." + std::to_string(l) + ".")) return true;
  return false;
}

struct PolicyCase {
  std::string freeze;
  std::function<bool(const std::string&)> learns;
  std::function<bool(const std::string&)> learns_last = {};  ///< in the last phase, where it differs
};

const std::vector<PolicyCase>& policies() {
  const auto dense = [](const std::string& n) { return n.starts_with("sentence."); };
  static const std::vector<PolicyCase> all = {
      {"policy = \"none\"", [](const std::string&) { return true; }},
      {"policy = \"backbone\"", is_head},
      {"policy = \"embeddings\"", [](const std::string& n) { return !has(n, "embeddings"); }},
      {"policy = \"bottom_layers\"\nlayers = 3",
       [dense](const std::string& n) { return is_head(n) || dense(n) || in_layers(n, 3, 3); }},
      {"policy = \"top_layers\"\nlayers = 2",
       [dense](const std::string& n) { return is_head(n) || dense(n) || in_layers(n, 2, 3); }},
      {"policy = \"heads\"\nheads = [\"b\"]",
       [](const std::string& n) { return !n.starts_with("heads.b."); }},
      {"policy = \"pattern\"\nfreeze = [\"*\"]\ntrain = [\"heads.a\", \"backbone.layers.0-1\"]",
       [](const std::string& n) { return n.starts_with("heads.a.") || in_layers(n, 0, 1); }},
      {"policy = \"bitfit\"", [](const std::string& n) { return is_head(n) || n.ends_with(".bias"); }},
      {"policy = \"layer_norm\"", [](const std::string& n) { return is_head(n) || has(n, "norm"); }},
      {"policy = \"gradual\"",
       [dense](const std::string& n) {
         return is_head(n) || dense(n) || in_layers(n, 2, 3);
       }},  // after 3 epochs
      {"policy = \"probe_then_tune\"\nepochs = 2", [](const std::string&) { return true; }},
      {"policy = \"probe_then_tune\"\nepochs = 3", is_head},
      {"policy = \"lora\"\nsize = 2", [](const std::string& n) { return is_head(n) || has(n, ".lora."); }},
      {"policy = \"houlsby\"\nsize = 2",
       [](const std::string& n) { return is_head(n) || has(n, ".houlsby.") || has(n, "norm"); }},
  };
  return all;
}

mtt::Checkpoint last_checkpoint(const TemporaryFolder& folder) {
  std::vector<std::string> warnings;
  mtt::Checkpoint checkpoint = mtt::load_checkpoint(folder.path() / "run" / "checkpoints", warnings);
  CHECK(warnings.empty());
  return checkpoint;
}

std::set<std::string> with_moments(const mtt::Checkpoint& checkpoint) {
  std::set<std::string> names;
  for (const auto& [name, tensor] : checkpoint.tensors.at("optimizer")) {
    const std::string ending = has(name, ".first_moment") ? ".first_moment" : ".second_moment";
    names.insert(name.substr(0, name.size() - ending.size()));
  }
  return names;
}

void check_close(const std::vector<double>& one, const std::vector<double>& other) {
  REQUIRE(one.size() == other.size());
  REQUIRE_FALSE(one.empty());
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(one[i] == Approx(other[i]).epsilon(1e-6));
}

const std::vector<SmallTask> kMixed = {
    {"a"}, {"b", Unit::token}, {"tap", Unit::token, 2}, {"low", Unit::sentence, 1}};

SmallTraining mixed() {
  SmallTraining training;
  training.tasks = kMixed;
  training.sources = {small_source("one.jsonl", {0, 1}, 24, true), small_source("two.jsonl", {2, 3}, 20)};
  training.train = "epochs = 4\n" + kSteady;
  return training;
}

}  // namespace

TEST_CASE("every policy: what is frozen keeps its bits and has no optimizer state, all else learns") {
  for (const PolicyCase& policy : policies()) {
    for (const bool dropout : {false, true}) {
      INFO(policy.freeze);
      const TemporaryFolder folder;
      SmallTraining training;
      training.folder = &folder;
      training.dense = true;
      training.dropout = dropout ? 0.2 : 0;
      training.tasks = {{"a"}, {"b", Unit::token}};
      training.train = "epochs = 3\n" + kSteady;
      training.tables = "[freeze]\n" + policy.freeze + "\n";
      const auto result = training.run();
      const std::set<std::string> moments = with_moments(last_checkpoint(folder));
      for (const auto& [name, tensor] : result.last) {
        INFO(name);
        CHECK(tensor.isfinite().all().item<bool>());
        CHECK(same_bits(tensor, result.first.at(name)) != policy.learns(name));
        CHECK(moments.contains(name) == policy.learns(name));
      }
      for (const auto& [name, tensor] : result.model->parameters()) CHECK_FALSE(tensor.grad().defined());
    }
  }
}

TEST_CASE(
    "tensors that freeze in mid-run stay from there on, though they had momentum, and begin anew later") {
  const TemporaryFolder folder;
  SmallTraining training;
  training.folder = &folder;
  training.train = "epochs = 3\n" + kSteady;
  training.phases = {{"all", 0, {{"*", true}}},
                     {"top", 1, {{"*", false}, {"backbone.layers.3", true}, {"heads.a", true}}},
                     {"more", 2, {{"*", false}, {"backbone.layers.2-3", true}, {"heads", true}}}};
  std::vector<std::map<std::string, at::Tensor>> ends;
  training.evaluate = [&](mtt::MultiTaskModel& model) {
    ends.push_back(snapshot(model.parameters()));
    return mtt::Scores{{"a.accuracy", static_cast<double>(ends.size())}};
  };
  const auto result = training.run();
  REQUIRE(ends.size() == 3);
  const auto learns_second = [](const std::string& n) {
    return in_layers(n, 3, 3) || n.starts_with("heads.a.");
  };
  const auto learns_third = [](const std::string& n) { return in_layers(n, 2, 3) || is_head(n); };
  for (const auto& [name, tensor] : result.last) {
    INFO(name);
    CHECK_FALSE(same_bits(result.first.at(name), ends[0].at(name)));
    CHECK(same_bits(ends[0].at(name), ends[1].at(name)) != learns_second(name));
    CHECK(same_bits(ends[1].at(name), ends[2].at(name)) != learns_third(name));
  }
  const mtt::Checkpoint checkpoint = last_checkpoint(folder);
  const std::set<std::string> moments = with_moments(checkpoint);
  const std::int64_t per_epoch = 3;
  for (const auto& [name, tensor] : result.last) {
    INFO(name);
    CHECK(moments.contains(name) == learns_third(name));
    const mtt::Value* steps = checkpoint.state.at("optimizer_steps").find(name);
    REQUIRE((steps != nullptr) == learns_third(name));
    if (!steps) continue;
    const bool always = learns_second(name);
    CHECK(steps->integer() == (always ? 3 : 1) * per_epoch);
  }
  REQUIRE(result.events.phases.size() == 3);
  CHECK(result.events.phases[0].dropped == 0);
  CHECK(result.events.phases[1].dropped ==
        static_cast<std::int64_t>(std::count_if(result.first.begin(), result.first.end(),
                                                [&](const auto& p) { return !learns_second(p.first); })));
  CHECK(result.events.phases[2].dropped == 0);
}

TEST_CASE(
    "an evaluation in mid-run sees the weights of that moment, and so does what comes after the training") {
  SmallTraining training;
  training.train = "epochs = 3\n" + kSteady;
  const mtt::TrainingSource source = small_source("s", {0}, 5);
  const auto check = [&](const mtt::MultiTaskModel& model) {
    const auto fresh = small_model(training.tasks);
    mtt::copy_into(model.parameters(), fresh->parameters(), "the trained model");
    const at::NoGradGuard no_grad;
    const mtt::ModelInput input = input_of(model, source);
    const mtt::Outputs seen = model.forward(input, true, true), expected = fresh->forward(input, true, true);
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

TEST_CASE("gradual unfreezing passes through its phases, one event an epoch") {
  SmallTraining training;
  training.layers = 2;
  training.train = "epochs = 5\n" + kSteady;
  training.tables = "[freeze]\npolicy = \"gradual\"\n";
  std::vector<std::map<std::string, at::Tensor>> ends;
  training.evaluate = [&](mtt::MultiTaskModel& model) {
    ends.push_back(snapshot(model.parameters()));
    return mtt::Scores{{"a.accuracy", static_cast<double>(ends.size())}};
  };
  const auto result = training.run();
  REQUIRE(ends.size() == 5);
  const auto first_move = [&](const std::string& name) {
    for (std::size_t e = 0; e < ends.size(); ++e)
      if (!same_bits(result.first.at(name), ends[e].at(name))) return e;
    return ends.size();
  };
  CHECK(first_move("heads.a.classifier.weight") == 0);
  CHECK(first_move("backbone.layers.1.ffn.output.weight") == 1);
  CHECK(first_move("backbone.layers.0.ffn.output.weight") == 2);
  CHECK(first_move("backbone.embeddings.word.weight") == 3);
  const auto& phases = result.events.phases;
  REQUIRE(phases.size() == 1 + 3);  // the beginning, then n + 1 of n = 2 layers
  for (std::int64_t p = 0; p < 4; ++p) CHECK(phases[p].step == 3 * p);
  CHECK(phases[0].frontier == 2);
  CHECK(phases[1].frontier == 1);
  CHECK(phases[2].frontier == 0);
  CHECK(phases[3].frontier == -1);
  for (std::size_t p = 1; p < phases.size(); ++p) CHECK(phases[p].parameters > phases[p - 1].parameters);
}

TEST_CASE("tuning begins where probing ended: its first loss is the one that probing would have had next") {
  SmallTraining probe, tune;
  for (SmallTraining* training : {&probe, &tune}) {
    training->train = "epochs = 3\n" + kSteady;
    training->sources = {small_source("s.jsonl", {0, 1}, 24)};
  }
  probe.tables = "[freeze]\npolicy = \"backbone\"\n";
  tune.tables = "[freeze]\npolicy = \"probe_then_tune\"\nepochs = 2\n";
  const std::vector<double> probing = probe.run().losses("a"), tuning = tune.run().losses("a");
  REQUIRE(probing.size() == 9);
  REQUIRE(tuning.size() == 9);
  for (int step = 0; step < 6; ++step) CHECK(tuning[step] == probing[step]);
  CHECK(tuning[6] == Approx(probing[6]).epsilon(1e-6));
  CHECK(tuning[8] != Approx(probing[8]).epsilon(1e-4));
}

TEST_CASE("cached and uncached training have the same losses, also where the frontier moves") {
  struct Case {
    std::string freeze;
    std::vector<mtt::Phase> phases;
  };
  const auto phase = [](std::int64_t epoch, int frozen) {
    std::vector<mtt::FreezeRule> rules = {{"*", true}, {"backbone.embeddings", false}};
    if (frozen > 0) rules.push_back({"backbone.layers.0-" + std::to_string(frozen - 1), false});
    return mtt::Phase{std::to_string(frozen), epoch, rules};
  };
  const std::vector<Case> cases = {
      {"policy = \"backbone\"", {}},
      {"policy = \"bottom_layers\"\nlayers = 3", {}},
      {"policy = \"gradual\"", {}},
      {"policy = \"none\"", {phase(0, 1), phase(1, 2), phase(2, 3), phase(3, 4)}},
      {"policy = \"none\"", {phase(0, 3), phase(1, 1), phase(2, 2), phase(3, 4)}},
      {"policy = \"autofreeze\"\nintervals = 2", {}},
  };
  for (const bool dense : {false, true}) {
    for (const Case& c : cases) {
      INFO(c.freeze << " " << c.phases.size() << " dense " << dense);
      const TemporaryFolder folder;
      SmallTraining training = mixed();
      training.dense = dense;
      training.phases = c.phases;
      const auto with = [&](const std::string& cache) {
        training.tables = "[freeze]\n" + c.freeze + "\n[cache]\n" + cache + "\n";
        return training.run();
      };
      const auto none = with("where = \"none\""), memory = with("where = \"memory\""),
                 disk = with("where = \"disk\"\ndirectory = \"" + (folder.path() / "c").string() + "\"");
      const auto again = with("where = \"disk\"\ndirectory = \"" + (folder.path() / "c").string() + "\"");
      CHECK(none.events.caches.empty());
      CHECK_FALSE(memory.events.caches.empty());
      CHECK(again.events.found_cache());
      for (const SmallTask& task : kMixed) {
        check_close(memory.losses(task.name), none.losses(task.name));
        check_close(disk.losses(task.name), none.losses(task.name));
        check_close(again.losses(task.name), none.losses(task.name));
      }
    }
  }
}

TEST_CASE("pooled vectors alone are kept where only sentence heads learn") {
  SmallTraining training;
  training.train = "epochs = 3\n" + kSteady;
  const auto with = [&](const std::string& cache) {
    training.tables = "[freeze]\npolicy = \"backbone\"\n[cache]\nwhere = \"" + cache + "\"\n";
    return training.run();
  };
  check_close(with("memory").losses("a"), with("none").losses("a"));
}

TEST_CASE("a cache on disk is found by a second run, and not by one with other weights") {
  const TemporaryFolder folder;
  SmallTraining training = mixed();
  training.tables =
      "[freeze]\npolicy = \"bottom_layers\"\nlayers = 2\n[cache]\nwhere = \"disk\"\ndirectory = \"" +
      (folder.path() / "c").string() + "\"\n";
  CHECK_FALSE(training.run().events.found_cache());
  CHECK(training.run().events.found_cache());
  training.model_key = "other plugin or truncation";
  CHECK_FALSE(training.run().events.found_cache());
  training.model_key = "key";
  training.before = [](mtt::MultiTaskModel& model) {
    for (auto& [name, tensor] : model.parameters())
      if (name == "backbone.layers.1.ffn.norm.bias") tensor.add_(1);
  };
  CHECK_FALSE(training.run().events.found_cache());
  training.before = [](mtt::MultiTaskModel& model) {  // above the frontier: no matter
    for (auto& [name, tensor] : model.parameters())
      if (name == "backbone.layers.2.ffn.norm.bias" || is_head(name)) tensor.add_(1);
  };
  CHECK(training.run().events.found_cache());
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
          CHECK(same_bits(tensor, result.first.at(name)) != is_head(name));
        }
        CHECK(result.losses(tasks[t].name) == together.losses(tasks[t].name));
      }
    }
  }
}

TEST_CASE("AutoFreeze: layers freeze from below, keep their bits and lose their optimizer state") {
  const TemporaryFolder folder;
  SmallTraining training = mixed();
  training.folder = &folder;
  training.train = "epochs = 3\n" + kSteady;
  training.tables = "[freeze]\npolicy = \"autofreeze\"\nintervals = 3\n";
  std::vector<std::map<std::string, at::Tensor>> ends;
  training.evaluate = [&](mtt::MultiTaskModel& model) {
    ends.push_back(snapshot(model.parameters()));
    return mtt::Scores{{"a.accuracy", static_cast<double>(ends.size())}};
  };
  const auto result = training.run();
  const mtt::Checkpoint checkpoint = last_checkpoint(folder);
  const std::int64_t frozen = checkpoint.state.at("auto_freeze").at("first").integer();
  REQUIRE(frozen > 0);
  CHECK(frozen < kLayers);
  const std::set<std::string> moments = with_moments(checkpoint);
  for (const auto& [name, tensor] : result.last) {
    INFO(name);
    const bool stays = has(name, "embeddings") || in_layers(name, 0, static_cast<int>(frozen) - 1);
    CHECK(moments.contains(name) == !stays);
    if (has(name, "embeddings")) CHECK(same_bits(tensor, result.first.at(name)));
    if (!stays) CHECK_FALSE(same_bits(ends[1].at(name), ends[2].at(name)));
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
