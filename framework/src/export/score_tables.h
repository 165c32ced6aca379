// Scores of a run as tables.
#pragma once

#include <string>

#include "export/reported_run.h"
#include "report/report_part.h"

namespace mtt {

/// All scores, next to those of the probes if there are any, under a heading with the name of the set.
ReportPart score_table(const ReportedRun& run, const std::string& table_prefix);

/// The scores of each label, a table for each task and test set; collapsed if a task has many labels.
ReportPart label_tables(const ReportedRun& run, const std::string& table_prefix);

}  // namespace mtt
