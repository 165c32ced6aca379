// This program once more, line by line, for a time.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "io/this_program.h"

namespace mtt {

/// Runs this program with other arguments and gives every line of its standard output to `line`; after
/// `seconds` it is killed. A process that cannot be started throws Error.
ProcessEnd run_guarded(const std::vector<std::string>& arguments, std::int64_t seconds,
                       const std::function<void(const std::string&)>& line);

}  // namespace mtt
