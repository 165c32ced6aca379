// A training as lines of text.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "report/messages.h"
#include "train/training_observer.h"

namespace mtt {

/// Reports a line for each phase, cache and epoch, and warnings, and the progress in between.
class TrainingConsole final : public TrainingObserver {
 public:
  explicit TrainingConsole(Messages& messages) : messages_(messages) {}

  void checkpoint_damaged(const std::string& problem) override;
  void begun(const TrainingBegun& event) override;
  void phase_entered(const PhaseEntered& event) override;
  void caching(const CacheProgress& event) override;
  void cache_built(const CacheBuilt& event) override;
  void step_done(const StepDone& event) override;
  void evaluation_done(const EvaluationDone& event) override;
  void epoch_done(const EpochDone& event) override;
  void stopped_early(const StoppedEarly& event) override;
  void steps_ended() override;
  void best_undefined(const std::string& score) override;

 private:
  using Clock = std::chrono::steady_clock;
  void say(const std::string& text);
  void warn(const std::string& text);
  void say_unbalanced(const std::vector<std::string>& tasks);

  Messages& messages_;
  std::vector<std::string> tasks_;
  std::int64_t first_step_ = 0, total_steps_ = 0;
  std::int64_t examples_ = 0;  ///< since the steps began
  Clock::time_point start_;
  std::string scores_;      ///< of the last evaluation
  std::string unbalanced_;  ///< tasks, as printed last
  std::unique_ptr<Progress> steps_, caching_;
};

}  // namespace mtt
