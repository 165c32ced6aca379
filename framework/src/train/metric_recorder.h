// metrics.jsonl of a training.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "train/metric_log.h"
#include "train/training_observer.h"

namespace mtt {

/// Writes a row for each step (losses, weights, learning rate, norm of the gradients, and their statistics
/// where they were computed) and for each evaluation. A checkpoint keeps how long the file was.
class MetricRecorder final : public TrainingObserver {
 public:
  explicit MetricRecorder(std::filesystem::path file) : file_(std::move(file)) {}

  void begun(const TrainingBegun& event) override;
  void step_done(const StepDone& event) override;
  void evaluation_done(const EvaluationDone& event) override;
  void saving(Value& state) override;

 private:
  std::filesystem::path file_;
  std::vector<std::string> tasks_;
  std::optional<MetricLog> log_;
};

}  // namespace mtt
