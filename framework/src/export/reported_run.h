// The files of a run that a report reads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "mtt/value.h"
#include "run/comparison.h"
#include "run/run_environment.h"

namespace mtt {

/// The files of a run about its configuration, training and scores.
struct ReportedRun {
  std::filesystem::path directory;
  RunSummary summary;
  Value cost;  ///< cost.json; null in runs without training
  std::optional<RunEnvironment> environment;

  std::string name() const;  ///< the name in its configuration
  /// Whether its scores are those of the test sets; otherwise they are those of the validation sets.
  bool has_test_set() const;
  /// The step whose weights were kept; none if these are the last ones, or for runs of older versions.
  std::optional<std::int64_t> best_step() const;
};

/// Reads a run. Throws Error if the directory is not that of a run.
ReportedRun reported_run(const std::filesystem::path& directory);

}  // namespace mtt
