// Lists with one number per task, for weightings: in parameters, in checkpoints and as weights.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <vector>

#include "mtt/export.h"
#include "mtt/value.h"

namespace mtt::per_task {

/// exp(x_i) / Σ exp(x_j), without overflow.
MTT_API std::vector<double> softmax(std::vector<double> logits);

/// The loss, but at least 1e-8: for smaller losses, logarithm and inverse say nothing about training.
MTT_API double floored(double loss);

/// [K] for the K tasks: `values` of the present tasks at their indices, their mean for the absent ones, so
/// that scaling to a sum leaves the present tasks their share of it.
MTT_API std::vector<double> spread(const std::vector<double>& values, const std::vector<std::size_t>& present,
                                   std::size_t tasks);

/// A float32 [K] parameter of a weighting: its numbers, new numbers, and a new gradient.
MTT_API std::vector<double> numbers(const at::Tensor& parameter);
MTT_API void assign(at::Tensor& parameter, const std::vector<double>& numbers);
MTT_API void set_gradient(at::Tensor& parameter, const std::vector<double>& gradient);

/// For a checkpoint: an array in which NaN (not known yet) is null.
MTT_API Value to_value(const std::vector<double>& numbers);
/// The list that `to_value` wrote; a number of entries other than `count` throws Error.
MTT_API std::vector<double> from_value(const Value& value, std::size_t count);

}  // namespace mtt::per_task
