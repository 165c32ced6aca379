// Linear classifiers and regressors in closed form.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>

#include "mtt/export.h"

namespace mtt::nn {

/// The weights of a linear layer, outputs = features · weightᵀ + bias, and its leave-one-out outputs. For
/// classes these are kept for all N examples, or for evenly spaced ones if they would be more than 2^22
/// numbers.
struct LinearFit {
  at::Tensor weight;    ///< float [K, D]
  at::Tensor bias;      ///< float [K]
  at::Tensor held_out;  ///< double [M, K]; NaN if an example is the only one of its class (class_means)
  at::Tensor rows;      ///< int64 [M]: the examples of `held_out`, ascending
};

/// Nearest class mean: the logit of class k is 2·x·μ_k − |μ_k|², the negative squared Euclidean distance up
/// to a term that is equal for all classes. features [N, D], classes int64 [N] in 0..K-1; a class without an
/// example throws Error.
MTT_API LinearFit class_means(const at::Tensor& features, const at::Tensor& classes,
                              std::int64_t class_count);

/// Ridge regression with an intercept that is not penalised (Hoerl and Kennard 1970). features [N, D],
/// targets [N, K]. The penalty has the lowest squared leave-one-out error (PRESS, Allen 1974) of a fixed
/// grid, relative to the mean squared norm of the centred features. Computed in double precision.
MTT_API LinearFit ridge(const at::Tensor& features, const at::Tensor& targets);

/// Ridge regression on the one-hot targets of classes, int64 [N] in 0..K-1, without storing these targets:
/// memory grows with N·D + K·D, time with (N + K)·D². A class without an example throws Error.
MTT_API LinearFit ridge(const at::Tensor& features, const at::Tensor& classes, std::int64_t class_count);

/// The factor for logits that minimises their mean cross-entropy on the given classes (temperature scaling,
/// Guo et al. 2017); rows of NaN are ignored; 1 if none remain. logits [N, K], classes int64 [N].
MTT_API double fit_temperature(const at::Tensor& logits, const at::Tensor& classes);

/// A linear layer.
struct LinearLayer {
  at::Tensor weight;  ///< float [K, D]
  at::Tensor bias;    ///< float [K]
};

/// The linear layer of a softmax classifier by `method`, "class_means" or "ridge", with a temperature
/// fitted on leave-one-out outputs. features [N, D], classes int64 [N] in 0..class_count-1. The logit of a
/// class without an example is the mean logit of the C classes that have one, less log(2N / C): its
/// probability for any input is at most that of half an example among N, 1 / 2N.
MTT_API LinearLayer closed_form_classifier(const std::string& method, const at::Tensor& features,
                                           const at::Tensor& classes, std::int64_t class_count);

}  // namespace mtt::nn
