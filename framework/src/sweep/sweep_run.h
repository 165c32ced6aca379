// Runs a sweep, from its file to its tables.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "plugin/plugin_catalog.h"
#include "report/console.h"
#include "sweep/sweep_summary.h"
#include "value/overrides.h"

namespace mtt {

/// How a sweep is run.
struct SweepSettings {
  std::filesystem::path directory;
  std::int64_t jobs = 1;                 ///< runs at a time
  std::int64_t threads = 1;              ///< of all runs together
  bool keep_weights = false;             ///< otherwise the weights of a run are deleted after scoring
  std::vector<std::string> plugin_path;  ///< for the runs
  bool prints_table = true;              ///< at the end; table.md is written in any case
};

/// Executes the runs that are missing in runs.jsonl of the sweep's directory, each in a separate process and
/// in its own folder of runs/. After each run, writes summary.csv, table.md and the figures. The next call
/// retries failed runs and resumes interrupted ones. Returns the signal that stopped it, or 0. Throws Error
/// for a directory with runs of another configuration or with other files, and at the end if a run failed.
int run_sweep(const std::filesystem::path& file, const std::vector<Override>& overrides,
              const SweepSettings& settings, PluginCatalog& plugins, Console& console);

/// Whether a directory is that of a sweep.
bool is_sweep_directory(const std::filesystem::path& directory);

/// Reads the results in a sweep's directory.
SweepSummary read_sweep(const std::filesystem::path& directory);

}  // namespace mtt
