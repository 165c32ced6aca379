// The training loop.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "eval/named_scores.h"
#include "freeze/freeze_policy.h"
#include "model/multi_task_model.h"
#include "mtt/weighting.h"
#include "train/cache_settings.h"
#include "train/parameter_groups.h"
#include "train/sampler.h"
#include "train/train_settings.h"
#include "train/training_data.h"
#include "train/training_observer.h"

namespace mtt {

/// What a training is given.
struct TrainingJob {
  TrainSettings settings;
  CacheSettings cache;
  std::uint64_t seed = 1;         ///< of all random draws
  bool normalize_weights = true;  ///< whether the tasks' weights are scaled to sum to their number
  MultiTaskModel& model;
  FreezePolicy policy;
  std::vector<TrainingSource> sources;
  Weighting& weighting;
  std::filesystem::path directory;  ///< of the run
  std::int64_t threads = 1;
  Sampler sampler;
  std::string model_key;                  ///< names the encoder's weights, plugin and truncation
  std::string data_key, held_out_key;     ///< name the examples that it learns from and is scored on
  HeadScales feature_rms = {};            ///< of what the heads read
  Value probes = Value(Value::Table{});   ///< the scores of the tasks' probes, kept in checkpoints
  std::function<Scores()> evaluate = {};  ///< on held-out examples; empty: there are none
  std::vector<TrainingObserver*> observers = {};
};

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
