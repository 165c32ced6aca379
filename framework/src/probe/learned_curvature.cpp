#include "probe/learned_curvature.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/isfinite.h>
#include <ATen/ops/maximum.h>
#include <ATen/ops/minimum.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

namespace mtt {
namespace {

constexpr double kSmallestCurvature = 1e-12;
constexpr double kFirstCurvature = 0.25;  // of an output: the largest of a softmax
constexpr double kOutputDecay = 0.7, kParameterDecay = 0.9;
constexpr double kMostOfMean = 1e3;   // how far the curvature of an output is from that of all
constexpr double kMostOfOutput = 10;  // how far that of a parameter is from the one its output gives it

}  // namespace

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
