// Keys by which a sweep finds the rows of its completed runs.
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

/// Version of the keys: what they cover, and the digest. Version 1: the text of the file. Version 2: the
/// resolved configuration, so a changed default is another configuration. Version 3: the same with XXH3-128,
/// which is also the digest of the row's inputs.
inline constexpr std::int64_t kKeyVersion = 3;

/// A digest, of the current version, of a run's resolved configuration without its name, output directory,
/// threads and [sweep]. Paths are those in the file, not resolved.
std::string run_key(const std::filesystem::path& file, const SweepRun& run, PluginCatalog& plugins);

/// The keys of runs.
using RunKeys = std::map<const SweepRun*, std::string>;
RunKeys run_keys(const std::filesystem::path& file, const std::vector<SweepRun>& runs,
                 PluginCatalog& plugins);

/// Throws Error if a row in `rows_file` has another key than its run, or a key of an older version.
void check_rows(const std::vector<SweepRow>& rows, const std::vector<SweepRun>& runs, const RunKeys& keys,
                const std::filesystem::path& rows_file);

}  // namespace mtt
