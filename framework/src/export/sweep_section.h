// The section of a report about a sweep.
#pragma once

#include <filesystem>
#include <string>

#include "report/report_part.h"
#include "sweep/sweep_summary.h"

namespace mtt {

/// The arms and machines, the table of each point, failed runs, tuning runs, and for each score the figures
/// of the paired differences, the scores and the costs.
ReportPart sweep_section(const SweepSummary& summary, const std::filesystem::path& directory,
                         const std::string& table_prefix);

}  // namespace mtt
