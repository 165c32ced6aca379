// What is checked when all runs of a sweep have ended.
#pragma once

#include <vector>

#include "report/console.h"
#include "sweep/sweep_plan.h"
#include "sweep/sweep_rows.h"

namespace mtt {

/// Throws Error where [sweep] names a metric that no run has: it would be an empty column.
void check_metrics(const SweepShape& shape, const std::vector<SweepRow>& rows);

/// Warns of arms whose scores are the same in every run: two that are the same training would pass for two
/// results.
void warn_of_equal_arms(const SweepShape& shape, const std::vector<SweepRow>& rows, Console& console);

}  // namespace mtt
