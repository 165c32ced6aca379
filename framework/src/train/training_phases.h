// The phases of a training, entered one after the other.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "freeze/freeze_schedule.h"
#include "train/adamw.h"
#include "train/prefix_caches.h"
#include "train/training_job.h"
#include "train/training_observer.h"
#include "train/training_step.h"

namespace mtt {

/// Makes parameters trainable or frozen as the freeze schedule says. What is frozen has no gradient and no
/// optimizer state, and its outputs are cached where that pays.
class TrainingPhases {
 public:
  TrainingPhases(const TrainingJob& job, AdamW& optimizer, TrainingStep& step, TrainingObserver& observer);

  /// Enters the phase of a step unless it is the present one. A phase in which nothing is trainable throws
  /// Error.
  void follow(std::int64_t step);

  /// Shows the gradients of a step to the schedule, as FreezeSchedule::observe.
  bool observe(std::int64_t steps_done) { return schedule_->observe(steps_done, backbone_); }

  FreezeSchedule& schedule() { return *schedule_; }

 private:
  void enter(std::int64_t step);
  std::vector<std::string> unbalanced() const;

  const TrainingJob& job_;
  AdamW& optimizer_;
  TrainingStep& step_;
  TrainingObserver& observer_;
  std::vector<nn::NamedParameter> backbone_;
  std::unique_ptr<FreezeSchedule> schedule_;
  PrefixCaches caches_;
  std::optional<Phase> phase_;  ///< none: not entered yet
};

}  // namespace mtt
