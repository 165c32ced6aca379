#include "train/training_phases.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "catch.h"
#include "mixed_training.h"
#include "temporary_folder.h"
#include "train/checkpoint.h"

namespace {

constexpr std::int64_t kLayers = 4;
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
