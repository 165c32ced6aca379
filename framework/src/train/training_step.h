// Losses and gradients of one optimizer step.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "model/multi_task_model.h"
#include "mtt/weighting.h"
#include "train/activation_cache.h"
#include "train/frozen_prefix.h"
#include "train/training_data.h"

namespace mtt {

/// Norms and pairwise cosines of the tasks' gradients on the shared parameters, [K] and [K][K]; NaN where a
/// task is absent or a norm is zero.
struct GradientStatistics {
  std::vector<double> norms;
  std::vector<std::vector<double>> cosines;
};

/// What a step came to.
struct StepResult {
  std::vector<std::size_t> present;  ///< the tasks that have examples in this step, ascending
  std::vector<double> losses;        ///< [K]: means; NaN where a task is absent
  std::vector<double> weights;  ///< [K]: by which the losses were multiplied, or the gradients' coefficients
  WeightingStep seen;           ///< what the weighting was told: of the tasks that it balances
  std::optional<GradientStatistics> statistics;
};

/// True for a weighting that decides on the tasks' gradients, and so needs every task in a step.
bool by_gradients(const Weighting& weighting);

/// Runs the forwards of a step and leaves gradients in the parameters, as a weighting wants them. A weighting
/// balances the tasks that reach a shared parameter that learns; the others learn by themselves, with the
/// weight 1. Draws of dropout depend on (seed, step, forward) and the part alone.
class TrainingStep {
 public:
  TrainingStep(MultiTaskModel& model, const std::vector<TrainingSource>& sources, Weighting& weighting,
               bool normalize, std::uint64_t seed);

  /// Reads again which parameters require gradients; to be called when that changes.
  void parameters_changed();
  /// The prefix of each source's tasks, and caches of it (null: none).
  void set_prefix(std::vector<PrefixPlan> plans, std::vector<const ActivationCache*> caches);

  /// `step.losses` and `present` are filled in. A loss that is not finite throws Error.
  StepResult run(const StepData& data, WeightingStep step, bool statistics);

  /// The mean losses [K] of the balanced tasks of a step, with the present parameters and the same draws,
  /// without gradients.
  std::vector<double> losses(const StepData& data, const WeightingStep& step);

  /// [K]: whether a task reaches a shared parameter that learns.
  const std::vector<bool>& balanced() const { return balanced_; }

 private:
  /// [K]: 0 for the tasks of a step, NaN for the others.
  std::vector<double> no_losses(const StepData& data) const;
  /// Runs a forward: the summed losses of its source's tasks, whose means are added to `losses`.
  std::vector<at::Tensor> add_losses(const StepData& data, std::size_t number, const WeightingStep& step,
                                     std::vector<double>& losses);
  std::vector<at::Tensor> sums(const StepForward& forward, std::size_t number, const WeightingStep& step);
  void check_finite(const std::vector<double>& losses, const std::vector<std::size_t>& tasks,
                    std::int64_t step) const;
  void keep_losses(std::vector<double> losses, StepResult& result) const;
  std::vector<double> of_balanced(std::vector<double> values) const;
  void backward_weighted(const StepData& data, StepResult& result);
  void backward_by_gradients(const StepData& data, StepResult& result);
  /// float [N, P]: the gradients of the balanced tasks of the step on `inputs`; the heads of all its tasks
  /// get theirs where `head_weights` is given.
  at::Tensor task_gradients(const StepData& data, StepResult& result, const std::vector<at::Tensor>& inputs,
                            const std::function<std::vector<double>()>& head_weights);
  std::vector<double> task_weights(const WeightingStep& step);
  bool scales() const { return normalize_ && !weighting_.own_objective(); }

  MultiTaskModel& model_;
  const std::vector<TrainingSource>& sources_;
  Weighting& weighting_;
  bool normalize_;
  std::uint64_t seed_;
  std::vector<at::Tensor> shared_;
  std::vector<bool> balanced_;                ///< [K]
  std::vector<at::Tensor> last_layer_;        ///< the highest learning layer that every balanced task passes
  std::vector<std::vector<at::Tensor>> own_;  ///< [K]: the heads' learning parameters
  std::vector<PrefixPlan> plans_;
  std::vector<const ActivationCache*> caches_;
};

}  // namespace mtt
