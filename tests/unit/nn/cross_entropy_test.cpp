#include "mtt/nn/cross_entropy.h"

#include <ATen/ATen.h>

#include <cmath>

#include "catch.h"
#include "mtt/error.h"
#include "mtt/head.h"

namespace {

const at::Tensor kTargets = at::tensor({2, 0, 1, 1, -100, 2}, at::kLong);

}  // namespace

TEST_CASE("logits of zero cost log K each, and a missing target nothing") {
  static_assert(mtt::Head::kNoTarget == -100);
  const mtt::nn::CrossEntropy loss;
  CHECK(loss.sum(at::zeros({6, 3}), kTargets).item<double>() == Approx(5 * std::log(3.0)));
  CHECK(loss.count(kTargets) == 5);
  const at::Tensor none = at::full({2}, mtt::Head::kNoTarget, at::kLong);
  CHECK(loss.sum(at::randn({2, 3}), none).item<double>() == 0);
  CHECK(loss.count(none) == 0);
}

TEST_CASE("sum by count is the mean of LibTorch, with weights and smoothing") {
  at::manual_seed(3);
  const at::Tensor logits = at::randn({6, 3});
  for (const at::Tensor& weights : {at::Tensor(), at::tensor({0.5F, 2.0F, 1.0F})})
    for (const double smoothing : {0.0, 0.2}) {
      INFO(weights.defined() << " " << smoothing);
      const mtt::nn::CrossEntropy loss{weights, smoothing};
      const double mean =
          at::cross_entropy_loss(logits, kTargets, weights, at::Reduction::Mean, -100, smoothing)
              .item<double>();
      CHECK(loss.sum(logits, kTargets).item<double>() / loss.count(kTargets) == Approx(mean).epsilon(1e-6));
    }
}

TEST_CASE("sums and counts of parts add up to those of the whole") {
  at::manual_seed(4);
  const at::Tensor logits = at::randn({6, 3});
  const mtt::nn::CrossEntropy loss{at::tensor({0.5F, 2.0F, 1.0F}), 0.1};
  double sum = 0, count = 0;
  for (const auto& [first, size] : {std::pair{0, 2}, {2, 3}, {5, 1}}) {
    sum += loss.sum(logits.narrow(0, first, size), kTargets.narrow(0, first, size)).item<double>();
    count += loss.count(kTargets.narrow(0, first, size));
  }
  CHECK(sum == Approx(loss.sum(logits, kTargets).item<double>()).epsilon(1e-6));
  CHECK(count == Approx(loss.count(kTargets)));
}

TEST_CASE("a class weight is a finite number from 0 on") {
  CHECK(mtt::nn::class_weight(mtt::Value(0)) == 0);
  CHECK(mtt::nn::class_weight(mtt::Value(2.5)) == 2.5F);
  for (const double bad : {-1.0, std::nan(""), HUGE_VAL})
    CHECK_THROWS_AS(mtt::nn::class_weight(mtt::Value(bad)), mtt::Error);
}
