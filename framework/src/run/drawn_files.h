// The examples that a task learns from and is chosen by.
#pragma once

#include <string>

#include "config/experiment.h"
#include "data/examples.h"

namespace mtt {

/// Names that ExampleFiles knows; "" where there are none.
struct DrawnFiles {
  std::string train, dev;
};

/// A task's own examples, or those of [data], less what drop_overlap leaves out, and drawn by run.seed as
/// dev_share and train_examples ask.
DrawnFiles drawn_files(const Experiment& experiment, const TaskConfig& task, ExampleFiles& files);

}  // namespace mtt
