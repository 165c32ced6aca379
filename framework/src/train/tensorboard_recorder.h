// The scalars of a training for TensorBoard.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "train/event_file.h"
#include "train/training_observer.h"

namespace mtt {

/// Writes losses, weights and the learning rate of each step and the scores of each evaluation into a file of
/// a folder; a training that resumes writes a further file.
class TensorBoardRecorder final : public TrainingObserver {
 public:
  explicit TensorBoardRecorder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void begun(const TrainingBegun& event) override;
  void step_done(const StepDone& event) override;
  void evaluation_done(const EvaluationDone& event) override;

 private:
  std::filesystem::path folder_;
  std::vector<std::string> tasks_;
  std::optional<EventFile> file_;
};

}  // namespace mtt
