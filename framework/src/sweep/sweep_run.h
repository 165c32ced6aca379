// A sweep from its file to its tables.
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
  bool keep_weights = false;             ///< else a run's weights are removed when it is scored
  std::vector<std::string> plugin_path;  ///< for the runs
  bool prints_table = true;              ///< at the end; the files have it in any case
};

/// Runs what is not yet in runs.jsonl of the sweep's directory, each run in a process of its own and in a
/// folder of runs/, and writes after each summary.csv, table.md and <metric>.svg. A run that fails is noted,
/// and tried again by the next call; one that was stopped goes on. A directory with runs of another
/// configuration, or with anything else than a sweep, throws Error. Returns the signal that stopped it, 0
/// where none did; a run that failed throws Error at the end.
int run_sweep(const std::filesystem::path& file, const std::vector<Override>& overrides,
              const SweepSettings& settings, PluginCatalog& plugins, Console& console);

/// True where a directory is a sweep's.
bool is_sweep_directory(const std::filesystem::path& directory);

/// What a sweep's directory holds.
SweepSummary read_sweep(const std::filesystem::path& directory);

}  // namespace mtt
