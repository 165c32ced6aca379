// A few steps of a training, with copies of their examples alone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "model/multi_task_model.h"
#include "train/training_data.h"

namespace mtt {

/// The examples of some steps, as sources of their own. The sources and the model outlive it.
class StepSample {
 public:
  StepSample(const std::vector<TrainingSource>& sources, const MultiTaskModel& model);

  void add_step(const std::vector<SourceBatch>& chosen);
  /// Adds a step of a micro-batch of the longest inputs of each file, so that memory is that of the largest
  /// one.
  void add_longest(std::int64_t tokens);
  void tokenize(const TextEncoder& text_encoder, std::int64_t threads);

  const std::vector<TrainingSource>& sources() const { return sources_; }
  const SourcesOfFiles& files() const { return files_; }
  const std::vector<std::vector<SourceBatch>>& steps() const { return steps_; }

 private:
  std::int64_t add(std::size_t file, std::int64_t example);

  const std::vector<TrainingSource>& all_;
  const MultiTaskModel& model_;
  SourcesOfFiles files_;
  std::vector<TrainingSource> sources_;
  std::vector<std::map<std::int64_t, std::int64_t>> index_;  ///< of each file: example → own index
  std::vector<std::vector<SourceBatch>> steps_;
};

}  // namespace mtt
