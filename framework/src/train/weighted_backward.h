// Gradients of a step under a weighting of the tasks' losses.
#pragma once

#include <vector>

#include "train/forward_losses.h"
#include "train/guarded_weighting.h"
#include "train/shared_parameters.h"
#include "train/step_result.h"

namespace mtt {

/// What a backward pass works on.
struct BackwardContext {
  const MultiTaskModel& model;
  const std::vector<TrainingSource>& sources;
  GuardedWeighting& weighting;
  bool normalize;  ///< the tasks' weights are scaled to sum to their number
  const SharedParameters& parameters;
  ForwardLosses& forward;

  bool scales() const { return normalize && !weighting.own_objective(); }
};

/// [K]: the weighting's, scaled so that the balanced tasks have the mean 1; the others have 1.
std::vector<double> task_weights(const BackwardContext& context, const WeightingStep& step);

/// Takes the losses of a step into its result; one that is not finite throws Error.
void keep_losses(const BackwardContext& context, std::vector<double> losses, StepResult& result);

/// The mean losses [K] of the balanced tasks with the present parameters and the same draws, without
/// gradients.
std::vector<double> losses_of(const BackwardContext& context, const StepData& data, std::int64_t step);

/// Accumulates the gradients of the weighted losses of all micro-batches.
void backward_weighted(const BackwardContext& context, const StepData& data, StepResult& result);

}  // namespace mtt
