// Several runs at a time, each a process of its own.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "io/this_program.h"

namespace mtt {

/// A command of this program, and the file that takes all that it prints.
struct ChildRun {
  std::vector<std::string> arguments;
  std::filesystem::path log;
};

/// How it ended, and what it took.
struct ChildEnd {
  ProcessEnd end;
  double seconds = 0;
  double peak_memory_mb = 0;
};

/// Runs commands 0 to count-1, at most `jobs` at a time; `make` is asked for each when its turn comes,
/// `ended` told of each that ended. SIGINT, SIGTERM or SIGHUP is passed on to those that run; they are waited
/// for, and no more begins. Returns that signal, 0 where none came. The same where `make` or `ended` throws,
/// which is thrown on when all have ended.
int run_children(std::size_t count, std::size_t jobs, const std::function<ChildRun(std::size_t)>& make,
                 const std::function<void(std::size_t, const ChildEnd&)>& ended);

}  // namespace mtt
