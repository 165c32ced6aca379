// Rows of a sweep gathered by arm and point.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "eval/intervals.h"
#include "sweep/sweep_plan.h"
#include "sweep/sweep_rows.h"

namespace mtt {

/// Differences over fewer seeds are not marked as significant: their intervals say little.
inline constexpr std::int64_t kFewestSeeds = 3;

/// A score of an arm at a point, over seeds.
struct SweepCell {
  Interval score;
  Interval difference;  ///< from the baseline at the same point, paired by seed
  /// Half the widths of the 95 % intervals over the examples of the test set, of both; NaN if the rows have
  /// no counts of examples.
  double score_examples = std::numeric_limits<double>::quiet_NaN(),
         difference_examples = std::numeric_limits<double>::quiet_NaN();
  double p = std::numeric_limits<double>::quiet_NaN();  ///< of the paired t-test over seeds
  /// The median over seeds of McNemar's test; NaN if examples are not hits.
  double mcnemar_p = std::numeric_limits<double>::quiet_NaN();
  /// At a false discovery rate of 5 % over all differences of the sweep, by the larger of both p-values.
  bool discovery = false;

  /// Whether zero is outside of the intervals of the difference, over at least three seeds and over examples.
  bool significant() const;
};

/// An arm at a point.
struct SweepLine {
  std::string arm;
  std::string tuned = {};  ///< the values that tuning runs chose
  std::size_t point = 0;   ///< index into the shape's points
  bool is_baseline = false;
  std::vector<SweepCell> cells;  ///< one a metric
  /// Of training, over the seeds whose time is known; if some runs were alone on the machine, over these.
  Interval seconds;
  Interval time_ratio;         ///< its seconds by the baseline's, paired by seed
  bool beside_others = false;  ///< times are not to be compared: runs, or the baseline's, shared the machine
                               ///< or had other numbers of threads or other processors
  double peak_memory_mb = 0;   ///< the largest
  std::int64_t learning_parameters = 0;

  /// Megabytes of the trainable parameters in float32: what a model adds to the pretrained encoder.
  double stored_mb() const { return 4e-6 * static_cast<double>(learning_parameters); }

  std::int64_t seeds = 0;  ///< that are there
};

/// All of a sweep that there is so far.
struct SweepSummary {
  SweepShape shape;
  std::vector<std::string> metrics;
  std::vector<SweepLine> lines;  ///< point by point; arms without a run are left out
  /// [point][metric]: of the most frequent class of the test set; NaN where a metric has none.
  std::vector<std::vector<double>> majority = {};
  std::vector<SweepRow> failed;
  std::vector<std::string> machines = {};  ///< names of the processors of the runs that are known, each once
  std::vector<SweepRow> tuning = {};       ///< the rows of runs that choose values
};

/// Gathers rows; those that the shape does not name are left out. A failed run has no part in any mean.
SweepSummary summarise_sweep(const SweepShape& shape, const std::vector<SweepRow>& rows);

}  // namespace mtt
