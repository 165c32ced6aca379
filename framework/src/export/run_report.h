// The HTML report of runs, sweeps and comparisons.
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

/// One HTML page that needs no other file, about directories of runs, sweeps, recommendations, and encoders
/// or scores in a reduced precision. It has a table that compares the runs; for each run its summary, scores,
/// training curves, predictions on the test sets and configuration; for the others their tables and figures.
/// If a part cannot be shown (for example because the model was deleted), the page gives the reason. Any
/// other directory throws Error.
RunReport run_report(const std::vector<std::filesystem::path>& directories, std::int64_t threads,
                     PluginCatalog& plugins);

}  // namespace mtt
