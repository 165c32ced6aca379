// The table of a sweep as text, Markdown and CSV.
#pragma once

#include <string>
#include <vector>

#include "sweep/sweep_summary.h"

namespace mtt {

/// The table of one point: the names of the columns, then one row per arm.
std::vector<std::vector<std::string>> sweep_cells(const SweepSummary& summary, std::size_t point);

/// Explains the signs in the table, and how it was computed.
std::string sweep_legend(const SweepSummary& summary);

/// The names of the columns (arm, point, seed, error), then one row per failed run.
std::vector<std::vector<std::string>> failed_cells(const SweepSummary& summary);

/// The names of the columns (arm, point, value, main scores, chosen), then one row per tuning run.
std::vector<std::vector<std::string>> tuning_cells(const SweepSummary& summary);

/// A line for each failed run; may be empty.
std::string sweep_failures(const SweepSummary& summary);

/// All points in columns, with the legend.
std::string sweep_text(const SweepSummary& summary);
/// The same as Markdown.
std::string sweep_markdown(const SweepSummary& summary);

/// One line for each arm, point and metric: arm, point, metric, mean, half, examples_half, seeds, difference,
/// difference_half, difference_examples_half, p, mcnemar_p, discovery, baseline, seconds, time_ratio,
/// times_comparable, peak_memory_mb, trainable_parameters (SweepCell, SweepLine). Undefined numbers are
/// empty.
std::string sweep_csv(const SweepSummary& summary);

}  // namespace mtt
