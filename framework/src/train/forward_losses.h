// The losses of a step's forwards.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/multi_task_model.h"
#include "train/activation_cache.h"
#include "train/frozen_prefix.h"
#include "train/training_data.h"

namespace mtt {

/// Runs micro-batches through the model and the heads of their tasks: the frozen prefix in evaluation mode,
/// or from a cache, the rest in training mode. Draws of dropout depend on (seed, step, number of the
/// micro-batch) and the part of the model alone.
class ForwardLosses {
 public:
  ForwardLosses(MultiTaskModel& model, const std::vector<TrainingSource>& sources, std::uint64_t seed);

  /// The prefix of each source's tasks, and caches of it (null: none).
  void set_prefix(std::vector<PrefixPlan> plans, std::vector<const ActivationCache*> caches);

  /// [K]: 0 for the tasks of a step, NaN for the others.
  std::vector<double> no_losses(const StepData& data) const;

  /// The summed losses of a micro-batch for its source's tasks (undefined: no target), whose shares in the
  /// step's means are added to `losses`.
  std::vector<at::Tensor> run(const StepData& data, std::size_t number, std::int64_t step,
                              std::vector<double>& losses);

 private:
  PrefixValues prefix(std::size_t source, const PackedBatch& batch, const std::vector<std::int64_t>& rows);
  std::vector<const Task*> tasks_with_targets(const StepForward& forward) const;
  /// The vectors of a coupled source, part by part, for each of `readings`.
  std::vector<at::Tensor> vectors_in_parts(const StepForward& forward, std::size_t number, std::int64_t step,
                                           const std::vector<Reading>& readings);
  std::uint64_t draws(const std::string& part, std::size_t number, std::int64_t step) const;
  std::vector<at::Tensor> sums(const StepForward& forward, std::size_t number, std::int64_t step);

  MultiTaskModel& model_;
  const std::vector<TrainingSource>& sources_;
  std::uint64_t seed_;
  std::vector<PrefixPlan> plans_;
  std::vector<const ActivationCache*> caches_;
};

}  // namespace mtt
