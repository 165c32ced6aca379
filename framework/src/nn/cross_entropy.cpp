#include "mtt/nn/cross_entropy.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>

#include <cmath>

#include "mtt/head.h"

namespace mtt::nn {

at::Tensor CrossEntropy::sum(const at::Tensor& logits, const at::Tensor& targets) const {
  const at::Tensor weights =
      class_weights.defined() ? class_weights.to(logits.device(), logits.scalar_type()) : class_weights;
  return at::cross_entropy_loss(logits, targets, weights, at::Reduction::Sum, Head::kNoTarget,
                                label_smoothing);
}

double CrossEntropy::count(const at::Tensor& targets) const {
  const at::Tensor known = targets.masked_select(targets.ne(Head::kNoTarget));
  if (!class_weights.defined()) return static_cast<double>(known.numel());
  return class_weights.index_select(0, known).sum(at::kDouble).item<double>();
}

float class_weight(const Value& weight) {
  const double value = weight.number();
  if (!std::isfinite(value) || value < 0)
    weight.refuse("a class weight is negative or not finite; expected a number of at least 0");
  return static_cast<float>(value);
}

}  // namespace mtt::nn
