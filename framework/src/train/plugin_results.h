// What plugins give to a training step, held to their contract.
#pragma once

#include <vector>

#include "model/multi_task_model.h"
#include "mtt/weighting.h"

namespace mtt {

/// The loss of a task's head: a scalar, with a gradient where the encoding or the head learns. All else
/// throws Error that names the task.
at::Tensor checked_loss(const Task& task, const Encoding& encoding, const at::Tensor& targets);

/// How many targets the loss runs over: finite, 0 or more.
double checked_count(const Task& task, const at::Tensor& targets);

/// [tasks] weights, finite for those that are present.
std::vector<double> checked_weights(Weighting& weighting, const WeightingStep& step,
                                    const std::vector<Task>& tasks);

/// [N] coefficients for gram [N, N].
std::vector<double> checked_coefficients(Weighting& weighting, const at::Tensor& gram,
                                         const WeightingStep& step);

/// [P], the direction for gradients [N, P].
at::Tensor checked_direction(Weighting& weighting, const at::Tensor& gradients, const WeightingStep& step);

}  // namespace mtt
