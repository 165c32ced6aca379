// Several runs at a time, each in a separate process.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "io/this_program.h"

namespace mtt {

/// A command of this program, and the file to which its output is written.
struct ChildRun {
  std::vector<std::string> arguments;
  std::filesystem::path log;
};

/// How it ended, and its cost.
struct ChildEnd {
  ProcessEnd end;
  double seconds = 0;
  double peak_memory_mb = 0;
};

/// Runs commands 0 to count-1, at most `jobs` at a time. Calls `make` before each command starts and `ended`
/// after it has ended. SIGINT, SIGTERM and SIGHUP are passed on to the running commands; no new ones are
/// started, and the function waits for the others. Returns the signal, or 0. If `make` or `ended` throws, no
/// new commands are started either, and the exception is thrown again when all have ended.
int run_children(std::size_t count, std::size_t jobs, const std::function<ChildRun(std::size_t)>& make,
                 const std::function<void(std::size_t, const ChildEnd&)>& ended);

}  // namespace mtt
