// The loss of classification heads.
#pragma once

#include <ATen/core/Tensor.h>

#include "mtt/export.h"
#include "mtt/value.h"

namespace mtt::nn {

/// Cross-entropy with class weights and label smoothing, as torch.nn.functional.cross_entropy defines them;
/// targets equal to Head::kNoTarget are ignored.
struct MTT_API CrossEntropy {
  at::Tensor class_weights = {};  ///< float [K] on the CPU; undefined if all are equal
  double label_smoothing = 0;     ///< the share of a target that is spread over all classes

  /// logits [N, K], targets int64 [N] → the sum over all targets: a scalar
  at::Tensor sum(const at::Tensor& logits, const at::Tensor& targets) const;
  /// The number of targets, or the sum of their weights: sum / count is the mean.
  double count(const at::Tensor& targets) const;
};

/// Reads the weight of a class from an option; a negative or non-finite one throws Error.
MTT_API float class_weight(const Value& weight);

}  // namespace mtt::nn
