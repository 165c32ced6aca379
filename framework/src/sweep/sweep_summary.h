// Rows of a sweep gathered by arm and point.
#pragma once

#include <string>
#include <vector>

#include "eval/intervals.h"
#include "sweep/sweep_plan.h"
#include "sweep/sweep_rows.h"

namespace mtt {

/// A score of an arm at a point, over seeds.
struct SweepCell {
  Interval score;
  Interval difference;  ///< from the baseline at the same point, paired by seed
};

/// An arm at a point.
struct SweepLine {
  std::string arm;
  std::size_t point = 0;  ///< index into the shape's points
  bool is_baseline = false;
  std::vector<SweepCell> cells;  ///< one a metric
  Interval seconds;              ///< of training, over the seeds whose time is known
  Interval time_ratio;           ///< its seconds by the baseline's, paired by seed
  bool beside_others = false;  ///< times are not to be compared: runs, or the baseline's, shared the machine
                               ///< or had other numbers of threads
  double peak_memory_mb = 0;   ///< the largest
  std::int64_t learning_parameters = 0;
  std::int64_t seeds = 0;  ///< that are there
};

/// All of a sweep that there is so far.
struct SweepSummary {
  SweepShape shape;
  std::vector<std::string> metrics;
  std::vector<SweepLine> lines;  ///< point by point; arms without a run are left out
  std::vector<SweepRow> failed;
};

/// Gathers rows; those that the shape does not name are left out. A failed run has no part in any mean.
SweepSummary summarise_sweep(const SweepShape& shape, const std::vector<SweepRow>& rows);

}  // namespace mtt
