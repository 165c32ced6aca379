// Linear classifiers and regressors in closed form, from a handful of examples.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "mtt/export.h"

namespace mtt::nn {

/// The weights of a linear layer, outputs = features · weightᵀ + bias, and what that layer would have said of
/// each example had it not seen it.
struct LinearFit {
  at::Tensor weight;  ///< float [K, D]
  at::Tensor bias;    ///< float [K]
  at::Tensor
      held_out;  ///< double [N, K]: leave-one-out outputs; NaN rows where an example was its class's only one
};

/// Nearest class mean: the logit of class k is 2·x·μ_k − |μ_k|², the negative squared Euclidean distance up
/// to a term that is equal for all classes. features [N, D], classes int64 [N] in 0..K-1; a class without an
/// example throws Error.
MTT_API LinearFit class_means(const at::Tensor& features, const at::Tensor& classes,
                              std::int64_t class_count);

/// Ridge regression with an intercept that is not penalised (Hoerl and Kennard 1970). features [N, D],
/// targets [N, K]. Of a fixed grid, relative to the mean squared norm of the centred features, the penalty
/// with the least squared leave-one-out error is taken (PRESS, Allen 1974), all in double precision.
MTT_API LinearFit ridge(const at::Tensor& features, const at::Tensor& targets);

/// The factor for logits that minimises their mean cross-entropy on the given classes (temperature scaling,
/// Guo et al. 2017); rows of NaN are left out; 1 where none remain. logits [N, K], classes int64 [N].
MTT_API double fit_temperature(const at::Tensor& logits, const at::Tensor& classes);

}  // namespace mtt::nn
