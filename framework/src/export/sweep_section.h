// A sweep within a report.
#pragma once

#include <filesystem>
#include <string>

#include "report/report_part.h"
#include "sweep/sweep_summary.h"

namespace mtt {

/// What was compared and where, the table of each point, failed runs, the values that tuning runs chose, and
/// for each score the paired differences, the scores and what they cost.
ReportPart sweep_section(const SweepSummary& summary, const std::filesystem::path& directory,
                         const std::string& table_prefix);

}  // namespace mtt
