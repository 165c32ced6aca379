// Gradients of each task of a step, and what gradient weightings make of them.
#pragma once

#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "train/weighted_backward.h"

namespace mtt {

/// float [N, P]: the gradients of the balanced tasks of the step on `inputs`; the heads of all its tasks get
/// theirs where `head_weights` is given.
at::Tensor task_gradients(const BackwardContext& context, const StepData& data, StepResult& result,
                          const std::vector<at::Tensor>& inputs,
                          const std::function<std::vector<double>()>& head_weights);

/// Of gradients [N, P] of the tasks `present` among `tasks`.
GradientStatistics statistics_of(const at::Tensor& gradients, const std::vector<std::size_t>& present,
                                 std::size_t tasks);

/// Leaves the direction of a gradient weighting in the shared parameters, and the heads' own gradients in the
/// heads.
void backward_by_gradients(const BackwardContext& context, const StepData& data, StepResult& result);

}  // namespace mtt
