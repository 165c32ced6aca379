// Tasks by their names.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "model/task.h"

namespace mtt {

/// The places of the named tasks, in order and each once. An unknown name throws Error that lists the known
/// ones.
std::vector<std::size_t> task_places(const std::vector<Task>& tasks, const std::vector<std::string>& names);

}  // namespace mtt
