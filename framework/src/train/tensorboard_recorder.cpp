#include "train/tensorboard_recorder.h"

#include "train/training_step.h"

namespace mtt {

void TensorBoardRecorder::begun(const TrainingBegun& event) {
  tasks_ = event.tasks;
  file_.emplace(folder_, event.step);
}

void TensorBoardRecorder::step_done(const StepDone& event) {
  for (const std::size_t t : event.result.present) {
    file_->scalar("loss/" + tasks_[t], event.step, event.result.losses[t]);
    file_->scalar("weight/" + tasks_[t], event.step, event.result.weights[t]);
  }
  file_->scalar("learning_rate_factor", event.step, event.learning_rate_factor);
}

void TensorBoardRecorder::evaluation_done(const EvaluationDone& event) {
  for (const auto& [name, value] : event.scores) file_->scalar("dev/" + name, event.step, value);
}

}  // namespace mtt
