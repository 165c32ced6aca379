// Where a task's examples and labels come from.
#pragma once

#include <string>

#include "config/experiment.h"

namespace mtt {

/// The key of a line that holds a task's labels.
std::string label_field(const TaskConfig& task);

/// A task's own "train" or "test" file, or that of [data]; "" where there is none.
std::string example_file(const Experiment& experiment, const TaskConfig& task, const std::string& which);

/// The value that names a task's "train", "dev" or "test" file, for messages.
const Value& file_value(const Experiment& experiment, const TaskConfig& task, const std::string& which);

/// A file, or a share of the training file, or neither.
struct DevSource {
  std::string file;
  double share = 0;
};

/// A task's own dev or dev_share goes before those of [data]. Both in one table throws Error.
DevSource dev_source(const Experiment& experiment, const TaskConfig& task);

}  // namespace mtt
