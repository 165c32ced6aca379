#include "mtt/nn/closed_form.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/isnan.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/one_hot.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>
#include <limits>

#include "mtt/error.h"

namespace mtt::nn {
namespace {

constexpr double kSmallestPenalty = 1e-5;
constexpr double kLargestPenalty = 1e2;
constexpr double kPenaltyStep = 1.7782794100389228;  // a quarter of a decade

at::Tensor double_logits(const at::Tensor& features, const at::Tensor& means) {
  return features.matmul(means.t()).mul(2).sub(means.square().sum(1));
}

void check_features(const at::Tensor& features, const at::Tensor& targets) {
  TORCH_CHECK(features.dim() == 2 && targets.size(0) == features.size(0) && features.size(0) > 0,
              "features [N, D] and as many targets are expected, got ", features.sizes(), " and ",
              targets.sizes());
}

/// Ridge regression for every penalty from one eigendecomposition of the smaller Gram matrix: with X = basis
/// · Vᵀ, whose columns are orthogonal, outputs are basis · (basisᵀ Y / (values + penalty)).
class RidgePath {
 public:
  RidgePath(const at::Tensor& features, const at::Tensor& targets)
      : mean_x_(features.mean({0})),
        mean_y_(targets.mean({0})),
        x_(features - mean_x_),
        y_(targets - mean_y_) {
    dual_ = x_.size(0) <= x_.size(1);
    std::tie(values_, vectors_) = at::linalg_eigh(dual_ ? x_.matmul(x_.t()) : x_.t().matmul(x_));
    values_ = values_.clamp_min(0);
    basis_ = dual_ ? vectors_ * values_.sqrt() : x_.matmul(vectors_);
    squared_basis_ = basis_.square();
    scale_ = x_.square().sum().item<double>() / static_cast<double>(x_.size(0));
    if (scale_ <= 0) scale_ = 1;
    projected_ = basis_.t().matmul(y_);
  }

  at::Tensor held_out(double penalty) const {
    const at::Tensor shrinking = (values_ + penalty * scale_).reciprocal();
    const at::Tensor leverage = squared_basis_.matmul(shrinking) + 1.0 / static_cast<double>(x_.size(0));
    const at::Tensor residual = y_ - basis_.matmul(projected_ * shrinking.unsqueeze(1));
    return y_ + mean_y_ - residual / (1 - leverage).clamp_min(1e-9).unsqueeze(1);
  }

  at::Tensor weight(double penalty) const {
    const at::Tensor shrinking = (values_ + penalty * scale_).reciprocal().unsqueeze(1);
    if (dual_) return x_.t().matmul(vectors_.matmul(vectors_.t().matmul(y_) * shrinking)).t();
    return vectors_.matmul(projected_ * shrinking).t();
  }

  at::Tensor bias(const at::Tensor& weight) const { return mean_y_ - weight.matmul(mean_x_); }

 private:
  at::Tensor mean_x_, mean_y_, x_, y_, values_, vectors_, basis_, squared_basis_, projected_;
  bool dual_ = false;
  double scale_ = 1;
};

}  // namespace

LinearFit class_means(const at::Tensor& features, const at::Tensor& classes, std::int64_t class_count) {
  check_features(features, classes);
  const at::Tensor x = features.to(at::kDouble);
  const at::Tensor member = at::one_hot(classes, class_count).to(at::kDouble);
  const at::Tensor counts = member.sum(0);
  if (counts.min().item<double>() < 1) throw Error("class_means needs at least one example of every class");
  const at::Tensor sums = member.t().matmul(x);
  const at::Tensor means = sums / counts.unsqueeze(1);

  // Without example i, its own class has the mean (sum − x_i) / (count − 1).
  at::Tensor held_out = double_logits(x, means);
  const at::Tensor own_count = counts.index_select(0, classes).unsqueeze(1);
  const at::Tensor own_mean = (sums.index_select(0, classes) - x) / (own_count - 1);
  const at::Tensor own_logit = (x * own_mean).sum(1).mul(2).sub(own_mean.square().sum(1)).unsqueeze(1);
  held_out = at::where(member.to(at::kBool), own_logit, held_out);
  const double nan = std::numeric_limits<double>::quiet_NaN();
  held_out = held_out.masked_fill(own_count < 2, nan);
  return {means.mul(2).to(at::kFloat), means.square().sum(1).neg().to(at::kFloat), held_out};
}

LinearFit ridge(const at::Tensor& features, const at::Tensor& targets) {
  check_features(features, targets);
  TORCH_CHECK(targets.dim() == 2, "ridge takes targets [N, K], got ", targets.sizes());
  const at::Tensor y = targets.to(at::kDouble);
  const RidgePath path(features.to(at::kDouble), y);
  double best_error = std::numeric_limits<double>::infinity();
  double best = kLargestPenalty;
  for (double penalty = kSmallestPenalty; penalty <= kLargestPenalty * 1.001; penalty *= kPenaltyStep) {
    const double error = (path.held_out(penalty) - y).square().mean().item<double>();
    if (error < best_error) {
      best_error = error;
      best = penalty;
    }
  }
  const at::Tensor weight = path.weight(best);
  return {weight.to(at::kFloat), path.bias(weight).to(at::kFloat), path.held_out(best)};
}

double fit_temperature(const at::Tensor& logits, const at::Tensor& classes) {
  const at::Tensor known = at::isnan(logits).any(1).logical_not().nonzero().squeeze(1);
  if (known.numel() == 0) return 1;
  const at::Tensor x = logits.index_select(0, known), y = classes.index_select(0, known);
  const auto loss = [&](double log_factor) {
    return at::cross_entropy_loss(x * std::exp(log_factor), y).item<double>();
  };
  // The loss is convex in the factor, so unimodal in its logarithm: golden-section search.
  const double golden = (std::sqrt(5.0) - 1) / 2;
  double low = std::log(1e-2), high = std::log(1e3);
  double a = high - golden * (high - low), b = low + golden * (high - low);
  double loss_a = loss(a), loss_b = loss(b);
  for (int i = 0; i < 60; ++i) {
    if (loss_a < loss_b) {
      high = b;
      b = a;
      loss_b = loss_a;
      a = high - golden * (high - low);
      loss_a = loss(a);
    } else {
      low = a;
      a = b;
      loss_a = loss_b;
      b = low + golden * (high - low);
      loss_b = loss(b);
    }
  }
  return std::exp((low + high) / 2);
}

}  // namespace mtt::nn
