#include "probe/feature_basis.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/outer.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>
#include <cmath>

namespace mtt {
namespace {

constexpr double kSmallestCurvature = 1e-12;
constexpr double kFirstCurvature = 0.25;  // of an output: the largest of a softmax
constexpr double kOutputDecay = 0.7, kParameterDecay = 0.9;
constexpr double kMostOfMean = 1e3;   // how far the curvature of an output is from that of all
constexpr double kMostOfOutput = 10;  // how far that of a parameter is from the one its output gives it
constexpr std::int64_t kRowsAtOnce = 8192;

}  // namespace

FeatureBasis::FeatureBasis(const std::vector<nn::NamedParameter>& parameters, const at::Tensor& features)
    : width_(features.size(1)) {
  std::int64_t size = 0;
  for (const auto& [name, tensor] : parameters) size += tensor.numel();
  mean_ = features.mean({0}, /*keepdim=*/false, at::kDouble);
  at::Tensor gram = at::zeros({width_, width_}, at::kDouble);
  for (std::int64_t row = 0; row < features.size(0); row += kRowsAtOnce) {
    const at::Tensor part =
        features.narrow(0, row, std::min(kRowsAtOnce, features.size(0) - row)).to(at::kDouble) - mean_;
    gram += part.t().matmul(part);
  }
  at::Tensor values;
  std::tie(values, vectors_) = at::linalg_eigh(gram);
  values = values.clamp_min(0) / static_cast<double>(features.size(0));

  curvature_ = at::zeros({size}, at::kDouble).fill_(1);
  outputs_ = at::arange(size);
  biases_ = at::zeros({size}, at::kBool);
  std::int64_t begin = 0;
  for (const auto& [name, tensor] : parameters) {
    if (name.ends_with("weight") && tensor.dim() == 2 && tensor.size(1) == width_) {
      Block block{.begin = begin, .rows = tensor.size(0)};
      curvature_.narrow(0, begin, tensor.numel()).view({block.rows, width_}).copy_(values);
      const at::Tensor first = at::arange(begin, begin + block.rows);
      outputs_.narrow(0, begin, tensor.numel()).view({block.rows, width_}).copy_(first.unsqueeze(1));
      const std::string bias = name.substr(0, name.size() - std::string("weight").size()) + "bias";
      std::int64_t its_begin = 0;
      for (const auto& [other, its] : parameters) {
        if (other == bias && its.numel() == block.rows) {
          block.bias = its_begin;
          outputs_.narrow(0, its_begin, block.rows).copy_(first);
          biases_.narrow(0, its_begin, block.rows).fill_(true);
        }
        its_begin += its.numel();
      }
      blocks_.push_back(block);
    }
    begin += tensor.numel();
  }
}

at::Tensor FeatureBasis::into(const at::Tensor& point) const {
  at::Tensor result = point.clone();
  for (const Block& block : blocks_) {
    const at::Tensor weight = point.narrow(0, block.begin, block.rows * width_).view({block.rows, width_});
    result.narrow(0, block.begin, block.rows * width_).copy_(weight.matmul(vectors_).flatten());
    if (block.bias >= 0) result.narrow(0, block.bias, block.rows).add_(weight.matmul(mean_));
  }
  return result;
}

at::Tensor FeatureBasis::out_of(const at::Tensor& point) const {
  at::Tensor result = point.clone();
  for (const Block& block : blocks_) {
    const at::Tensor weight =
        point.narrow(0, block.begin, block.rows * width_).view({block.rows, width_}).matmul(vectors_.t());
    result.narrow(0, block.begin, block.rows * width_).copy_(weight.flatten());
    if (block.bias >= 0) result.narrow(0, block.bias, block.rows).sub_(weight.matmul(mean_));
  }
  return result;
}

at::Tensor FeatureBasis::gradient(const at::Tensor& gradient) const {
  at::Tensor result = gradient.clone();
  for (const Block& block : blocks_) {
    at::Tensor weight = gradient.narrow(0, block.begin, block.rows * width_).view({block.rows, width_});
    if (block.bias >= 0) weight = weight - at::outer(gradient.narrow(0, block.bias, block.rows), mean_);
    result.narrow(0, block.begin, block.rows * width_).copy_(weight.matmul(vectors_).flatten());
  }
  return result;
}

double FeatureBasis::norm(const at::Tensor& point) const {
  return point.masked_fill(biases_, 0).norm().item<double>();
}

LearnedCurvature::LearnedCurvature(const FeatureBasis& basis, std::int64_t rows)
    : unit_(basis.curvature() * rows),
      outputs_(basis.outputs()),
      biases_(basis.biases()),
      output_change_(at::zeros_like(unit_)),
      output_square_(at::zeros_like(unit_)),
      change_(at::zeros_like(unit_)),
      square_(at::zeros_like(unit_)),
      curvature_(unit_ * kFirstCurvature) {}

at::Tensor LearnedCurvature::apply(const at::Tensor& gradient) const {
  return gradient / (curvature_ + penalty_).clamp_min(kSmallestCurvature);
}

void LearnedCurvature::observe(const at::Tensor& step, const at::Tensor& change) {
  const at::Tensor square = step.square();
  const at::Tensor of_loss = step * change - square * penalty_;
  const at::Tensor expected = square * unit_;
  const double mean = of_loss.sum().item<double>() / expected.sum().item<double>();
  if (!std::isfinite(mean) || mean <= 0) return;
  output_change_.mul_(kOutputDecay).index_add_(0, outputs_, of_loss);
  output_square_.mul_(kOutputDecay).index_add_(0, outputs_, expected);
  at::Tensor of_output = output_change_ / output_square_;
  of_output = at::where(at::isfinite(of_output) & of_output.gt(0), of_output, at::full_like(of_output, mean))
                  .clamp(mean / kMostOfMean, mean * kMostOfMean);
  const at::Tensor given = unit_ * of_output.index_select(0, outputs_);
  change_.mul_(kParameterDecay).add_(of_loss);
  square_.mul_(kParameterDecay).add_(square);
  const double usual = square_.mean().item<double>();
  curvature_ = (change_ + given * usual) / (square_ + usual);
  curvature_ = at::minimum(at::maximum(curvature_, given / kMostOfOutput), given * kMostOfOutput);
  curvature_ = at::where(biases_, unit_ * mean, curvature_);
}

Minimum minimise_within(const FeatureBasis& basis, LearnedCurvature& curvature,
                        const std::function<ValueAndGradient(const at::Tensor& point)>& function,
                        const at::Tensor& start,
                        const std::function<bool(double point, double gradient)>& done,
                        std::int64_t most_evaluations) {
  Minimum minimum = minimise(
      [&](const at::Tensor& point) {
        ValueAndGradient result = function(basis.out_of(point));
        result.gradient = basis.gradient(result.gradient);
        return result;
      },
      basis.into(start), curvature,
      [&](const at::Tensor& point, const at::Tensor& gradient) {
        return done(basis.norm(point), gradient.norm().item<double>());
      },
      most_evaluations);
  minimum.point = basis.out_of(minimum.point);
  return minimum;
}

}  // namespace mtt
