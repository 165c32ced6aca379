// What a weighting gives to a training step, held to its contract.
#pragma once

#include <vector>

#include "model/multi_task_model.h"
#include "mtt/weighting.h"

namespace mtt {

/// [tasks] weights, finite for those that are present.
std::vector<double> checked_weights(Weighting& weighting, const WeightingStep& step,
                                    const std::vector<Task>& tasks);

/// [N] coefficients for gram [N, N].
std::vector<double> checked_coefficients(Weighting& weighting, const at::Tensor& gram,
                                         const WeightingStep& step);

/// [P], the direction for gradients [N, P].
at::Tensor checked_direction(Weighting& weighting, const at::Tensor& gradients, const WeightingStep& step);

}  // namespace mtt
