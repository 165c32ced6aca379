// Checks after all runs of a sweep have ended.
#pragma once

#include <vector>

#include "report/console.h"
#include "sweep/sweep_plan.h"
#include "sweep/sweep_rows.h"

namespace mtt {

/// Throws Error if [sweep] names a metric that no run has: its column would be empty.
void check_metrics(const SweepShape& shape, const std::vector<SweepRow>& rows);

/// Warns of arms with identical scores in every run: they may be the same training, and would be read as two
/// independent results.
void warn_of_equal_arms(const SweepShape& shape, const std::vector<SweepRow>& rows, Console& console);

}  // namespace mtt
