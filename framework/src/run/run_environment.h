// Where and on what a run was made.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "mtt/value.h"

namespace mtt {

inline constexpr const char* kEnvironmentFile = "environment.json";

/// A file of examples, or the part of one that was drawn.
struct DataFile {
  std::string use;  ///< "training", "validation" or "test"
  std::string file;
  std::vector<std::string> tasks;  ///< that read it
  std::int64_t examples = 0;
};

/// What a run's results do not depend on, but a reader wants to know, and the size of its data.
struct RunEnvironment {
  std::string finished;  ///< UTC, "2026-03-01T12:30:00Z"
  std::string machine;   ///< the name of the processor
  std::int64_t threads = 1;
  std::string mtt, libtorch;      ///< versions
  std::optional<double> seconds;  ///< from start to end; none where the run was resumed
  std::vector<DataFile> data = {};

  /// Counts a file for a task: a file with the same use is there once.
  void add_data(const std::string& use, const std::string& file, const std::string& task,
                std::int64_t examples);
};

/// Now, on this machine and with these versions, without data.
RunEnvironment this_environment(std::int64_t threads, std::optional<double> seconds);

Value environment_json(const RunEnvironment& environment);

/// Reads environment.json of a run; none in runs of older programs. What is no environment throws Error.
std::optional<RunEnvironment> read_environment(const std::filesystem::path& run);

}  // namespace mtt
