// Examples without second texts, for tasks that read pairs.
#pragma once

#include <string>
#include <vector>

#include "data/examples.h"
#include "experiment/experiment.h"
#include "model/task.h"
#include "run/drawn_files.h"

namespace mtt {

/// For a task that reads pairs: each of its training, validation and test files whose examples have labels
/// and lack second texts, with what was found and what to do. Empty for other tasks.
std::vector<std::string> pair_problems(const Experiment& experiment, const TaskConfig& config,
                                       const Task& task, const DrawnFiles& drawn, ExampleFiles& files);

}  // namespace mtt
