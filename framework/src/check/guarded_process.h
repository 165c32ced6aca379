// This program once more, in a process that may die.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace mtt {

/// How a process ended.
struct ProcessEnd {
  int code = 0;            ///< its exit code, where it ended by itself
  int signal = 0;          ///< that killed it; 0: none
  bool timed_out = false;  ///< it was killed since its time was over
};

/// Runs this program with other arguments and gives every line of its standard output to `line`; after
/// `seconds` it is killed. A process that cannot be started throws Error.
ProcessEnd run_guarded(const std::vector<std::string>& arguments, std::int64_t seconds,
                       const std::function<void(const std::string&)>& line);

}  // namespace mtt
