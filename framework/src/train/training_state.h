// What a checkpoint keeps of a training.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "freeze/freeze_schedule.h"
#include "train/adamw.h"
#include "train/checkpoint.h"
#include "train/early_stopping.h"
#include "train/epoch_means.h"
#include "train/training_job.h"

namespace mtt {

/// All that changes while a training runs, beside the number of steps.
struct TrainingState {
  TrainingJob& job;
  AdamW &optimizer, &weighting_optimizer;
  EpochMeans& means;
  EarlyStopping& stopping;
  FreezeSchedule& freezing;

  /// The state after a number of steps; `observer` adds to it.
  Checkpoint save(std::int64_t step, TrainingObserver& observer) const;

  /// Takes the state of a checkpoint out of `folder`. Other examples or another encoder throw Error.
  void restore(Checkpoint& checkpoint, const std::string& folder) const;

 private:
  Value numbers(std::int64_t step, TrainingObserver& observer) const;
};

/// The parameters of a model that some phase trains: only these are saved.
std::vector<nn::NamedParameter> saved_parameters(const TrainingJob& job);

}  // namespace mtt
