// The HTML report of runs and sweeps.
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

/// One HTML page about runs and sweeps that needs no other file. It has a table that compares the runs; for
/// each run its summary, scores, training curves, predictions on the test sets and configuration; for each
/// sweep its tables and figures. If a part cannot be shown (for example because the model was deleted), the
/// page gives the reason. A directory of neither a run nor a sweep throws Error.
RunReport run_report(const std::vector<std::filesystem::path>& directories, std::int64_t threads,
                     PluginCatalog& plugins);

}  // namespace mtt
