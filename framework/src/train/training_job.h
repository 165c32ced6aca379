// What a training is given.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "freeze/freeze_policy.h"
#include "model/multi_task_model.h"
#include "train/cache_settings.h"
#include "train/early_stopping.h"
#include "train/guarded_weighting.h"
#include "train/parameter_groups.h"
#include "train/sampler.h"
#include "train/train_settings.h"
#include "train/training_data.h"
#include "train/training_observer.h"

namespace mtt {

/// A training, prepared; parts that it refers to outlive it.
struct TrainingJob {
  TrainSettings settings;
  CacheSettings cache;
  std::uint64_t seed = 1;         ///< of all random draws
  bool normalize_weights = true;  ///< whether the tasks' weights are scaled to sum to their number
  MultiTaskModel& model;
  FreezePolicy policy;
  std::vector<TrainingSource> sources;
  GuardedWeighting& weighting;
  std::filesystem::path directory;  ///< of the run
  std::int64_t threads = 1;
  Sampler sampler;
  std::string model_key;                      ///< names the encoder's weights, plugin and truncation
  std::string data_key, held_out_key;         ///< name the examples that it learns from and is scored on
  HeadScales feature_rms = {};                ///< of what the heads read
  Value probes = Value(Value::Table{});       ///< the scores of the tasks' probes, kept in checkpoints
  std::function<Evaluation()> evaluate = {};  ///< on held-out examples; empty: there are none
  std::vector<TrainingObserver*> observers = {};
};

}  // namespace mtt
