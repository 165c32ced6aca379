#include "probe/feature_preconditioner.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/dot.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/outer.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

namespace mtt {
namespace {

constexpr double kSmallestCurvature = 1e-12;
constexpr std::int64_t kRowsAtOnce = 8192;

}  // namespace

FeaturePreconditioner::FeaturePreconditioner(const std::vector<nn::NamedParameter>& parameters,
                                             const at::Tensor& features, std::int64_t rows) {
  const std::int64_t width = features.size(1);
  std::int64_t begin = 0;
  std::vector<std::string> names;
  for (const auto& [name, tensor] : parameters) {
    const bool reads = name.ends_with("weight") && tensor.dim() == 2 && tensor.size(1) == width;
    blocks_.push_back({.begin = begin, .size = tensor.numel(), .rows = reads ? tensor.size(0) : 0});
    names.push_back(name);
    begin += tensor.numel();
  }
  for (Block& block : blocks_) {
    if (block.rows == 0) continue;
    const std::string& weight = names[static_cast<std::size_t>(&block - blocks_.data())];
    const std::string bias = weight.substr(0, weight.size() - std::string("weight").size()) + "bias";
    const auto found = std::find(names.begin(), names.end(), bias);
    if (found == names.end()) continue;
    Block& its = blocks_[static_cast<std::size_t>(found - names.begin())];
    if (its.size != block.rows) continue;
    its.done_by_other = true;
    block.bias = its.begin;
  }
  rows_ = static_cast<double>(rows);
  mean_ = features.mean({0}, /*keepdim=*/false, at::kDouble);
  at::Tensor gram = at::zeros({width, width}, at::kDouble);
  for (std::int64_t row = 0; row < features.size(0); row += kRowsAtOnce) {
    const at::Tensor part =
        features.narrow(0, row, std::min(kRowsAtOnce, features.size(0) - row)).to(at::kDouble) - mean_;
    gram += part.t().matmul(part);
  }
  std::tie(values_, vectors_) = at::linalg_eigh(gram);
  values_ = values_.clamp_min(0) * (rows_ / static_cast<double>(features.size(0)));
}

at::Tensor FeaturePreconditioner::apply(const at::Tensor& gradient) const {
  at::Tensor result = at::empty_like(gradient);
  const double of_bias = 1 / (curvature_ * rows_ + penalty_);
  const at::Tensor inverse = (values_ * curvature_ + penalty_).clamp_min(kSmallestCurvature).reciprocal();
  for (const Block& block : blocks_) {
    if (block.done_by_other) continue;
    if (block.rows == 0) {
      result.narrow(0, block.begin, block.size).copy_(gradient.narrow(0, block.begin, block.size) * of_bias);
      continue;
    }
    at::Tensor weight = gradient.narrow(0, block.begin, block.size).view({block.rows, -1});
    if (block.bias < 0) {
      weight = (weight.matmul(vectors_) * inverse).matmul(vectors_.t());
      result.narrow(0, block.begin, block.size).copy_(weight.flatten());
      continue;
    }
    const at::Tensor bias = gradient.narrow(0, block.bias, block.rows);  // in terms of centred features
    weight = ((weight - at::outer(bias, mean_)).matmul(vectors_) * inverse).matmul(vectors_.t());
    result.narrow(0, block.begin, block.size).copy_(weight.flatten());
    result.narrow(0, block.bias, block.rows).copy_(bias * of_bias - weight.matmul(mean_));
  }
  return result;
}

void FeaturePreconditioner::observe(const at::Tensor& step, const at::Tensor& change) {
  double with_features = 0;
  for (const Block& block : blocks_) {
    if (block.done_by_other) continue;
    if (block.rows == 0) {
      with_features += rows_ * step.narrow(0, block.begin, block.size).square().sum().item<double>();
      continue;
    }
    const at::Tensor weight = step.narrow(0, block.begin, block.size).view({block.rows, -1});
    with_features += (weight.matmul(vectors_).square() * values_).sum().item<double>();
    if (block.bias < 0) continue;
    const at::Tensor bias = step.narrow(0, block.bias, block.rows) + weight.matmul(mean_);
    with_features += rows_ * bias.square().sum().item<double>();
  }
  const double of_loss = at::dot(step, change).item<double>() - penalty_ * step.square().sum().item<double>();
  const double curvature = of_loss / with_features;
  if (std::isfinite(curvature)) curvature_ = std::max(curvature, kSmallestCurvature);
}

}  // namespace mtt
