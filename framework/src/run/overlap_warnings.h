// Test data that a run has been trained on, told before it is scored.
#pragma once

#include <string>
#include <vector>

#include "data/examples.h"
#include "experiment/experiment.h"
#include "report/messages.h"
#include "run/task_building.h"

namespace mtt {

/// A warning for each test file of which more than 1 % of the examples have a text, or of pairs both texts,
/// that is also in the training examples of any task, ignoring case and white space: how many, where the
/// first is, and what to do; and one for a task whose validation set is also a test set. The encoder is
/// shared, so the training files of all tasks count.
void warn_of_overlap(const Experiment& experiment, const std::vector<TaskPlan>& plans, ExampleFiles& files,
                     Messages& messages);

}  // namespace mtt
