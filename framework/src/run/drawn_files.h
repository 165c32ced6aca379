// The examples that a task learns from and is chosen by.
#pragma once

#include <string>
#include <vector>

#include "data/examples.h"
#include "experiment/experiment.h"

namespace mtt {

/// Names that ExampleFiles knows; "" where there are none.
struct DrawnFiles {
  std::string train, dev;
};

/// A task's own examples, or those of [data], less what drop_overlap leaves out, and drawn by run.seed as
/// dev_share and train_examples ask.
DrawnFiles drawn_files(const Experiment& experiment, const TaskConfig& task, ExampleFiles& files);

/// A task's test files, as ExampleFiles knows them: read with the task's keys.
std::vector<std::string> test_sets(const Experiment& experiment, const TaskConfig& task, ExampleFiles& files);

/// A task's training file, before anything is drawn; "" where there is none.
std::string train_set(const Experiment& experiment, const TaskConfig& task, ExampleFiles& files);

/// The dev and test files of all tasks, each once.
std::vector<std::string> held_out_sets(const Experiment& experiment, ExampleFiles& files);

}  // namespace mtt
