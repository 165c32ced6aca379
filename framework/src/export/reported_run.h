// A run as a report reads it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "mtt/value.h"
#include "run/comparison.h"
#include "run/run_environment.h"

namespace mtt {

/// The files of a run that tell what it was and how it went.
struct ReportedRun {
  std::filesystem::path directory;
  RunSummary summary;
  Value cost;  ///< cost.json; null in runs without training
  std::optional<RunEnvironment> environment;

  std::string name() const;  ///< that of its configuration
  /// Whether its scores are those of test sets; else they are those of the validation sets.
  bool has_test_set() const;
  /// The step whose weights were kept; none where they are the last ones, or an older program did not tell.
  std::optional<std::int64_t> best_step() const;
};

/// Reads a run. A directory that is none throws Error.
ReportedRun reported_run(const std::filesystem::path& directory);

}  // namespace mtt
