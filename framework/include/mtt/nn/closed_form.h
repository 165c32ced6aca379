// Linear classifiers and regressors in closed form, from a handful of examples.
#pragma once

#include <ATen/core/Tensor.h>

#include "mtt/export.h"

namespace mtt::nn {

/// The weights of a linear layer: logits = features · weightᵀ + bias.
struct LinearFit {
  at::Tensor weight;  ///< [K, D]
  at::Tensor bias;    ///< [K]
};

/// Nearest class mean: the logit of class k is 2·x·μ_k − |μ_k|², the negative squared Euclidean distance up
/// to a term that is equal for all classes. features [N, D], classes int64 [N] in 0..K-1; every class needs
/// an example.
MTT_API LinearFit class_means(const at::Tensor& features, const at::Tensor& classes,
                              std::int64_t class_count);

/// Ridge regression with an intercept that is not penalised. features [N, D], targets [N, K].
/// `lambda` is relative to the mean squared norm of the centred features, so that it does not depend on their
/// scale.
MTT_API LinearFit ridge(const at::Tensor& features, const at::Tensor& targets, double lambda);

/// The factor for logits that minimises their mean cross-entropy on the given classes (temperature scaling,
/// Guo et al. 2017). logits [N, K], classes int64 [N].
MTT_API double fit_temperature(const at::Tensor& logits, const at::Tensor& classes);

}  // namespace mtt::nn
