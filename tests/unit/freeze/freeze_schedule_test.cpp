#include "freeze/freeze_schedule.h"

#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include "catch.h"

using mtt::FreezePolicy;

namespace {

constexpr std::int64_t kLayers = 4, kPerEpoch = 6, kSteps = 18;

/// Parameters whose gradients are given for the embeddings, each layer and a last norm.
std::vector<mtt::nn::NamedParameter> backbone(const std::vector<double>& gradients) {
  std::vector<std::string> names = {"embeddings.word.weight"};
  for (std::int64_t l = 0; l < kLayers; ++l) names.push_back("layers." + std::to_string(l) + ".weight");
  names.emplace_back("norm.weight");
  std::vector<mtt::nn::NamedParameter> parameters;
  for (std::size_t i = 0; i < names.size(); ++i) {
    at::Tensor tensor = at::zeros({2});
    tensor.mutable_grad() = at::full({2}, gradients[i]);
    parameters.push_back({names[i], tensor});
  }
  return parameters;
}

/// As digits: which of the layers 0 to 3 are trainable.
std::string trainable(const mtt::Phase& phase) {
  std::string layers;
  for (std::int64_t l = 0; l < kLayers; ++l)
    if (phase.trains("backbone.layers." + std::to_string(l) + ".weight")) layers += std::to_string(l);
  return layers;
}

FreezePolicy automatic() {
  return {.phases = {{"autofreeze", 0, {{"*", true}, {"backbone.embeddings", false}, {"heads.b", false}}}},
          .auto_freeze = mtt::AutoFreezeSettings{.percentile = 50, .intervals = 3}};
}

}  // namespace

TEST_CASE("fixed phases follow from epochs alone") {
  const FreezePolicy policy{.phases = {{"first", 0, {{"*", true}}}, {"second", 2, {{"*", false}}}}};
  const auto schedule = mtt::freeze_schedule(policy, kLayers, {kPerEpoch, kSteps});
  CHECK(schedule->phase(0).name == "first");
  CHECK(schedule->phase(2 * kPerEpoch - 1).name == "first");
  CHECK(schedule->phase(2 * kPerEpoch).name == "second");
  for (std::int64_t step = 1; step <= kSteps; ++step)
    CHECK_FALSE(schedule->observe(step, backbone({1, 1, 1, 1, 1, 1})));
  CHECK(schedule->phase(0) == policy.phases[0]);
  CHECK(schedule->state().is(mtt::Value::Kind::null));
  CHECK(schedule->tensors().empty());
}

TEST_CASE("the AutoFreeze schedule decides at the ends of intervals, and only then does its phase change") {
  const auto schedule = mtt::freeze_schedule(automatic(), kLayers, {kPerEpoch, kSteps});
  const auto step = [&](std::int64_t number, const std::vector<double>& gradients) {
    return schedule->observe(number, backbone(gradients));
  };
  CHECK(trainable(schedule->phase(0)) == "0123");
  CHECK_FALSE(schedule->phase(0).trains("backbone.embeddings.word.weight"));
  CHECK_FALSE(schedule->phase(0).trains("backbone.norm.weight"));  // of no single layer
  CHECK_FALSE(schedule->phase(0).trains("heads.b.weight"));
  CHECK(schedule->phase(0).trains("heads.a.weight"));
  CHECK_FALSE(step(1, {1, 1, 1, 1, 1, 1}));
  CHECK_FALSE(step(2, {1, 1, 1, 1, 1, 1}));  // the first interval has none before it
  CHECK_FALSE(step(3, {1, 1, 1, 2, 2, 1}));
  const mtt::Phase before = schedule->phase(3);
  CHECK(step(4, {1, 1, 1, 2, 2, 1}));  // layers 0 and 1 have not changed
  CHECK(schedule->phase(4) != before);
  CHECK(trainable(schedule->phase(4)) == "23");
  CHECK_FALSE(schedule->phase(4).trains("heads.b.weight"));

  const auto resumed = mtt::freeze_schedule(automatic(), kLayers, {kPerEpoch, kSteps});
  CHECK_FALSE(step(5, {1, 1, 1, 2, 2, 1}));
  resumed->restore(schedule->state(), schedule->tensors());
  CHECK(resumed->phase(5) == schedule->phase(5));
  CHECK(step(6, {1, 1, 1, 2, 9, 1}));
  CHECK(resumed->observe(6, backbone({1, 1, 1, 2, 9, 1})));
  CHECK(trainable(schedule->phase(6)) == "3");
  CHECK(resumed->phase(6) == schedule->phase(6));
}

TEST_CASE("the AutoFreeze schedule decides nothing after the last step") {
  const auto schedule = mtt::freeze_schedule(automatic(), kLayers, {kPerEpoch, 4});
  for (std::int64_t step = 1; step <= 4; ++step)
    CHECK_FALSE(schedule->observe(step, backbone({1, 1, 1, step > 2 ? 2.0 : 1.0, step > 2 ? 2.0 : 1.0, 1})));
  CHECK(trainable(schedule->phase(4)) == "0123");
}
