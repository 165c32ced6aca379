// Losses and gradients of one optimizer step.
#pragma once

#include <cstdint>
#include <vector>

#include "train/forward_losses.h"
#include "train/shared_parameters.h"
#include "train/step_result.h"
#include "train/weighted_backward.h"

namespace mtt {

/// Runs the micro-batches of a step and leaves gradients in the parameters, as a weighting wants them. A
/// weighting balances the tasks that reach a shared trainable parameter; the others have the weight 1.
class TrainingStep {
 public:
  TrainingStep(MultiTaskModel& model, const std::vector<TrainingSource>& sources, GuardedWeighting& weighting,
               bool normalize, std::uint64_t seed);

  /// Reads again which parameters require gradients; to be called when that changes.
  void parameters_changed() { parameters_ = SharedParameters::of(model_); }
  /// The prefix of each source's tasks, and caches of it (null: none).
  void set_prefix(std::vector<PrefixPlan> plans, std::vector<const ActivationCache*> caches) {
    forward_.set_prefix(std::move(plans), std::move(caches));
  }

  /// `step.losses` and `present` are filled in. A loss that is not finite throws Error.
  StepResult run(const StepData& data, WeightingStep step, bool statistics);

  /// The mean losses [K] of the balanced tasks of a step, with the present parameters and the same draws,
  /// without gradients.
  std::vector<double> losses(const StepData& data, const WeightingStep& step);

  /// [K]: whether a task reaches a shared trainable parameter.
  const std::vector<bool>& balanced() const { return parameters_.balanced; }

 private:
  BackwardContext context();

  MultiTaskModel& model_;
  const std::vector<TrainingSource>& sources_;
  GuardedWeighting& weighting_;
  bool normalize_;
  SharedParameters parameters_;
  ForwardLosses forward_;
};

}  // namespace mtt
