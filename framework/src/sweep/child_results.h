// Results of a run of a sweep.
#pragma once

#include <filesystem>
#include <string>

#include "io/this_program.h"
#include "sweep/sweep_rows.h"

namespace mtt {

/// Why a run failed: the last error in its log, or how it ended.
std::string last_error(const std::filesystem::path& log, const ProcessEnd& end);

/// Fills a row with the scores, means and costs in a run's directory. If they cannot be read, sets
/// the error of the row.
void read_results(const std::filesystem::path& directory, SweepRow& row);

}  // namespace mtt
