// The summary of a run at the top of its report.
#pragma once

#include <string>

#include "export/reported_run.h"
#include "report/report_part.h"

namespace mtt {

/// The main score of each task in large digits, then the date, machine, versions and data of the run. Unknown
/// facts are left out.
ReportPart run_facts(const ReportedRun& run, const std::string& table_prefix);

}  // namespace mtt
