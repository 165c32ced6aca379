// What a run says of itself, for people.
#pragma once

#include <string>
#include <vector>

#include "data/examples.h"
#include "experiment/experiment.h"
#include "model/encoder.h"
#include "run/scores.h"
#include "run/task_building.h"
#include "train/trainer.h"

namespace mtt {

/// Directory, model type and sizes of the encoder.
std::string encoder_text(const Encoder& encoder);

/// Head, initialisation and training examples of a task.
std::string task_text(const TaskPlan& plan, const Experiment& experiment, ExampleFiles& files);

/// A line for each score.
std::string scores_text(const std::vector<TaskScore>& scores);

/// Which tasks have no optimizer steps, and why; `settled` for each task of the model. "" if there is none.
std::string settled_text(const std::vector<bool>& settled, std::int64_t epochs, const MultiTaskModel& model);

/// At which step a signal stopped the training.
std::string stopped_text(const TrainingOutcome& outcome);

/// Steps, seconds and the best score of a training.
std::string trained_text(const TrainingOutcome& outcome);

/// Warnings for heads whose random weights nothing will change.
std::vector<std::string> untrained_warnings(const std::vector<TaskPlan>& plans, const Experiment& experiment);

}  // namespace mtt
