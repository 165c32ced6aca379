// By what a sweep knows that a run is done.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "plugin/plugin_catalog.h"
#include "sweep/sweep_plan.h"
#include "sweep/sweep_rows.h"

namespace mtt {

/// What a key covers, and by which digest. Version 1: the file as it is written. Version 2: the resolved
/// configuration, so that a default that has changed since is another configuration. Version 3: the same, by
/// XXH3-128, which is also the digest of the row's inputs.
inline constexpr std::int64_t kKeyVersion = 3;

/// A digest of a run's resolved configuration, of the present version: without its name, output directory,
/// threads and [sweep]; paths are taken as the file writes them.
std::string run_key(const std::filesystem::path& file, const SweepRun& run, PluginCatalog& plugins);

/// The keys of runs.
using RunKeys = std::map<const SweepRun*, std::string>;
RunKeys run_keys(const std::filesystem::path& file, const std::vector<SweepRun>& runs,
                 PluginCatalog& plugins);

/// Throws Error where a row of a run in `rows_file` has another key than the run, or one of an older version.
void check_rows(const std::vector<SweepRow>& rows, const std::vector<SweepRun>& runs, const RunKeys& keys,
                const std::filesystem::path& rows_file);

}  // namespace mtt
