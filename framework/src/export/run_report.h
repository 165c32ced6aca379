// Runs and sweeps as one page.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "plugin/plugin_catalog.h"
#include "report/table_files.h"

namespace mtt {

/// A page, and the tables in it.
struct RunReport {
  std::string html;
  std::vector<NamedTable> tables;
};

/// One HTML page about runs and sweeps, which needs no other file: the table that compares the runs; for each
/// run what it was, its scores, the curves of its training, what its heads predict on the test sets, and its
/// configuration; for each sweep its tables and figures. What cannot be shown (a model that is gone) is said
/// in its place. A directory that is neither throws Error.
RunReport run_report(const std::vector<std::filesystem::path>& directories, std::int64_t threads,
                     PluginCatalog& plugins);

}  // namespace mtt
