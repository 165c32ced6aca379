// This program once more, in a process that may die.
#pragma once

#include <string>
#include <vector>

namespace mtt {

/// How a process ended.
struct ProcessEnd {
  int code = 0;            ///< its exit code, where it ended by itself
  int signal = 0;          ///< that killed it; 0: none
  bool timed_out = false;  ///< it was killed since its time was over
};

/// Starts this program with other arguments; `out` and `err` are the descriptors that become its standard
/// output and error. It dies with this process. Returns its number; one that cannot be started throws Error.
int start_this_program(const std::vector<std::string>& arguments, int out, int err);

/// What the status of wait(2) says.
ProcessEnd process_end(int status);

}  // namespace mtt
