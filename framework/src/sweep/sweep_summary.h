// Rows of a sweep, grouped by arm and point.
#pragma once

#include <limits>
#include <string>
#include <vector>

#include "eval/intervals.h"
#include "sweep/sweep_plan.h"
#include "sweep/sweep_rows.h"

namespace mtt {

/// Differences over fewer seeds are not marked as significant, because their intervals are unreliable.
inline constexpr std::int64_t kFewestSeeds = 3;

/// A score of an arm at a point, over seeds.
struct SweepCell {
  Interval score;
  Interval difference;  ///< from the baseline at the same point, paired by seed
  /// Half the widths of the 95 % intervals of both over the examples of the test set; NaN if the rows have no
  /// counts of examples.
  double score_examples = std::numeric_limits<double>::quiet_NaN(),
         difference_examples = std::numeric_limits<double>::quiet_NaN();
  double p = std::numeric_limits<double>::quiet_NaN();  ///< of the paired t-test over seeds
  /// The median over seeds of McNemar's test; NaN if examples are not hits.
  double mcnemar_p = std::numeric_limits<double>::quiet_NaN();
  /// Significant at a false discovery rate of 5 % over all differences of the sweep, by the larger p-value.
  bool discovery = false;

  /// Whether the intervals of the difference over seeds (at least three) and over examples exclude zero.
  /// A difference that is the same for all seeds (of fitted heads) needs the interval over examples.
  bool significant() const;
};

/// An arm at a point.
struct SweepLine {
  std::string arm;
  std::string tuned = {};  ///< the values chosen by tuning runs
  std::size_t point = 0;   ///< index into the shape's points
  bool is_baseline = false;
  std::vector<SweepCell> cells;  ///< one per metric
  /// Training time, over seeds with a known time; if some runs were made one at a time, only over these.
  Interval seconds;
  Interval time_ratio;         ///< seconds relative to the baseline, paired by seed
  bool beside_others = false;  ///< times are not comparable: runs of this arm or of the baseline shared the
                               ///< machine, or had other numbers of threads or other processors
  double peak_memory_mb = 0;   ///< the largest
  std::int64_t learning_parameters = 0;

  /// Megabytes of the trainable parameters in float32: what a model adds to the pretrained encoder.
  double stored_mb() const { return 4e-6 * static_cast<double>(learning_parameters); }

  std::int64_t seeds = 0;  ///< with a result
};

/// All results of a sweep so far.
struct SweepSummary {
  SweepShape shape;
  std::vector<std::string> metrics;
  std::vector<SweepLine> lines;  ///< point by point; arms without a run are left out
  /// [point][metric]: score of the most frequent class of the test set; NaN if the metric has none.
  std::vector<std::vector<double>> majority = {};
  std::vector<SweepRow> failed;
  std::vector<std::string> machines = {};  ///< known processors of the runs, without duplicates
  std::vector<SweepRow> tuning = {};       ///< the rows of tuning runs
};

/// Groups rows; those that are not part of the shape are left out. Failed runs are not part of any mean.
/// `times`: the rows of the sweep that the shape names for times.
SweepSummary summarise_sweep(const SweepShape& shape, const std::vector<SweepRow>& rows,
                             const std::vector<SweepRow>& times = {});

}  // namespace mtt
