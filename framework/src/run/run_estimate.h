// How long a run will take and how much memory it needs, from a few steps.
#pragma once

#include <cstdint>
#include <vector>

#include "model/encoder.h"
#include "run/training.h"
#include "train/training_data.h"

namespace mtt {

/// An estimate; what it was measured on is a part of it.
struct RunEstimate {
  double seconds = 0;      ///< of training; 0 where there is none
  double cache_bytes = 0;  ///< of what frozen layers give for all training examples
  /// Of the best weights as they take their place at the end: the pages of their file, and the largest tensor
  /// once more.
  double best_bytes = 0;
  std::int64_t steps_measured = 0;
};

/// Runs a few steps of a training, for about two seconds in all: gradients are computed, and the optimizer
/// steps with the learning rate 0, so that its time and memory count and no weight changes. Each phase of the
/// policy is measured where time allows it, beginning with the one that trains most; the others are taken to
/// be as slow as the one before. Caches are filled for the examples of these steps alone, in memory. A step
/// that fails throws Error. Afterwards nothing requires a gradient.
RunEstimate estimate_training(const TrainingPlan& plan, const std::vector<TrainingSource>& sources,
                              Encoder& encoder, std::int64_t threads);

/// A file that is to be read by all tasks.
struct ReadFile {
  const Examples* examples = nullptr;
  bool second_texts = false;  ///< a task reads them too
};

/// Seconds that inference takes for all of these files, heads included, extrapolated from some of the texts.
double estimate_inference(const std::vector<ReadFile>& files, const Encoder& encoder, std::int64_t threads,
                          std::int64_t tokens_per_forward);

}  // namespace mtt
