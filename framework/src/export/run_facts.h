// What a run was, at the top of its report.
#pragma once

#include <string>

#include "export/reported_run.h"
#include "report/report_part.h"

namespace mtt {

/// Each task's main score in large digits, then when, where, with which versions and on which data a run was
/// made. What a run does not tell is left out.
ReportPart run_facts(const ReportedRun& run, const std::string& table_prefix);

}  // namespace mtt
