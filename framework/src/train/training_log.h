// What a training writes down: metrics.jsonl, and the same as events for TensorBoard.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "eval/named_scores.h"
#include "train/event_file.h"
#include "train/metric_log.h"
#include "train/training_step.h"

namespace mtt {

/// The rows of a training, each with the number of steps that were done: losses, weights, learning rate and
/// gradient norm of a step; scores on held-out examples.
class TrainingLog {
 public:
  /// Opens the log of a run's directory anew, or (steps_done > 0) behind its first `keep_bytes` bytes.
  TrainingLog(const std::filesystem::path& directory, std::vector<std::string> tasks, std::int64_t steps_done,
              std::int64_t keep_bytes);

  void step(std::int64_t steps_done, const StepResult& result, double learning_rate_factor,
            double gradient_norm);
  void scores(std::int64_t steps_done, const Scores& scores);

  /// The bytes of metrics.jsonl, after they are on the disk.
  std::int64_t position() { return metrics_.position(); }

 private:
  std::vector<std::string> tasks_;
  MetricLog metrics_;
  EventFile events_;
};

}  // namespace mtt
