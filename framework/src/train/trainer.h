// The training loop.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "train/training_job.h"

namespace mtt {

/// The score of the best weights.
struct BestScore {
  std::string name;
  double value = 0;
  std::int64_t step = 0;
};

/// How a training ended.
struct TrainingOutcome {
  std::int64_t steps = 0, total_steps = 0;
  int signal = 0;                 ///< that stopped it, after a checkpoint was saved
  std::optional<BestScore> best;  ///< none: the last weights are kept
  double seconds = 0;             ///< of this process
};

/// The folder of a run's checkpoints.
std::filesystem::path checkpoint_folder(const std::filesystem::path& run_directory);

/// Removes the checkpoints and what a kill left half-written, once all that a run gives is written; files of
/// others are left alone.
void remove_training_state(const std::filesystem::path& run_directory);

/// Trains from the start, or from the last checkpoint where `resume`; at the end the model holds the best
/// weights where there are held-out examples, else the last ones. Writes checkpoints/ into the run's
/// directory; all else is for observers. A loss or a gradient that is not finite throws Error.
TrainingOutcome train(TrainingJob job, bool resume);

}  // namespace mtt
