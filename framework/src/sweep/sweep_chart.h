// The pictures of a sweep.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sweep/sweep_summary.h"

namespace mtt {

/// One figure a metric, (metric, SVG): curves over the grid where it has one numeric key with two values or
/// more, else a row an arm.
std::vector<std::pair<std::string, std::string>> sweep_charts(const SweepSummary& summary);

}  // namespace mtt
