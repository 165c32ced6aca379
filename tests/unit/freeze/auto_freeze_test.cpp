#include "freeze/auto_freeze.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/zeros.h>

#include "catch.h"

using mtt::AutoFreeze;
using mtt::nn::NamedParameter;

namespace {

/// One parameter of 4 values a layer; its gradient has the norm given, with a sign that cancels nothing.
void set_gradients(std::vector<NamedParameter>& parameters, const std::vector<double>& norms) {
  for (std::size_t l = 0; l < norms.size(); ++l)
    parameters[l].tensor.mutable_grad() = at::full({4}, -norms[l] / 4);
}

std::vector<NamedParameter> parameters(std::size_t layers) {
  std::vector<NamedParameter> all;
  for (std::size_t l = 0; l < layers; ++l)
    all.push_back({"layers." + std::to_string(l) + ".x.weight", at::zeros({4}).set_requires_grad(true)});
  return all;
}

}  // namespace

TEST_CASE("AutoFreeze: the worked example") {
  CHECK(AutoFreeze::first_active({10, 10, 10, 10}, {9.9, 9.5, 8, 5}, 0, 50) == 2);
  CHECK(AutoFreeze::first_active({10, 10, 10, 10}, {9.9, 9.5, 8, 5}, 3, 50) == 5);
  CHECK(AutoFreeze::first_active({10, 10, 10, 10}, {9.9, 9.5, 8, 5}, 0, 0) == 0);
  CHECK(AutoFreeze::first_active({10, 10, 10, 10}, {9.9, 9.5, 8, 5}, 0, 100) == 3);
  CHECK(AutoFreeze::first_active({10, 10, 10, 10}, {5, 9.9, 9.9, 9.9}, 0, 50) == 0);
  CHECK(AutoFreeze::first_active({10}, {3}, 0, 50) == 0);
  CHECK(AutoFreeze::first_active({10, 10, 0}, {9, 8, 1}, 0, 50) == 1);  // the third had no gradient before
}

TEST_CASE("AutoFreeze never freezes all layers, whatever the percentile and the norms") {
  const std::vector<std::vector<double>> befores = {
      {0, 0, 0, 0}, {1, 0, 0, 0}, {1, 1, 0, 0}, {0, 0, 1, 1}, {1, 2, 3, 4}};
  const std::vector<std::vector<double>> nows = {{0, 0, 0, 0}, {1, 1, 1, 1}, {0, 3, 0, 3}, {4, 3, 2, 1}};
  for (const auto& before : befores)
    for (const auto& now : nows)
      for (const double percentile : {0.0, 12.5, 33.3, 50.0, 66.7, 99.9, 100.0}) {
        const std::int64_t first = AutoFreeze::first_active(before, now, 0, percentile);
        INFO(percentile);
        CHECK(first >= 0);
        CHECK(first < 4);
      }
}

TEST_CASE("layers that nothing reads do not make those that learn freeze") {
  // a head that taps layer 2 of 4: the upper layers have no gradient at all
  CHECK(AutoFreeze::first_active({10, 10, 0, 0}, {9, 5, 0, 0}, 0, 50) == 0);
}

TEST_CASE("AutoFreeze sums gradients over an interval before it takes their norm") {
  std::vector<NamedParameter> all = parameters(4);
  AutoFreeze rule(4, 50);
  for (int step = 0; step < 2; ++step) {
    set_gradients(all, {5, 5, 5, 5});
    rule.add(all);
  }
  CHECK(rule.decide() == 0);  // the first interval has none before it
  set_gradients(all, {12, 12, 12, 12});
  rule.add(all);
  set_gradients(all, {-2.1, -2.5, -4, -7});
  rule.add(all);
  CHECK(rule.decide() == 2);
  for (int interval = 0; interval < 5; ++interval) {  // it never decreases
    const std::int64_t before = rule.frozen();
    set_gradients(all, {1, 1, 1. + interval, 7. * interval});
    rule.add(all);
    CHECK(rule.decide() >= before);
    CHECK(rule.frozen() < 4);
  }
}

TEST_CASE("AutoFreeze goes on from its state as if it had not stopped") {
  std::vector<NamedParameter> all = parameters(3);
  AutoFreeze one(3, 50);
  set_gradients(all, {1, 2, 3});
  one.add(all);
  one.decide();
  set_gradients(all, {1, 1.5, 9});
  one.add(all);
  AutoFreeze other(3, 50);
  std::vector<NamedParameter> sums;
  for (const auto& [name, sum] : one.sums()) sums.push_back({name, sum.clone()});
  other.restore(one.state(), sums);
  set_gradients(all, {0, 0.2, 1});
  one.add(all);
  other.add(all);
  CHECK(one.decide() == other.decide());
  CHECK(one.frozen() > 0);
  CHECK(one.state().json() == other.state().json());
}
