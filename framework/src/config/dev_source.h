// Where a task's dev examples come from.
#pragma once

#include <string>

#include "config/experiment.h"

namespace mtt {

/// A file, or a share of the training file, or neither.
struct DevSource {
  std::string file;
  double share = 0;
};

/// A task's own dev or dev_share goes before those of [data]. Both in one table throws Error.
DevSource dev_source(const Experiment& experiment, const TaskConfig& task);

}  // namespace mtt
