// The figures of a sweep.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sweep/sweep_summary.h"

namespace mtt {

/// The figures of a sweep, (name, SVG). For each metric: curves over the grid if it has one numeric key with
/// two or more values, otherwise a row for each arm; "<metric>.differences", the paired differences from the
/// baseline with their intervals over seeds and, thin, over examples; "<metric>.cost", the score against the
/// training time with areas proportional to the peak memory.
std::vector<std::pair<std::string, std::string>> sweep_charts(const SweepSummary& summary);

}  // namespace mtt
