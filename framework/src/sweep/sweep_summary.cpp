#include "sweep/sweep_summary.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>

namespace mtt {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

using Rows = std::vector<const SweepRow*>;

Rows rows_of(const std::vector<SweepRow>& rows, const std::string& arm, const std::string& point) {
  Rows found;
  for (const SweepRow& row : rows)
    if (!row.failed() && row.arm == arm && row.point == point) found.push_back(&row);
  std::sort(found.begin(), found.end(), [](auto a, auto b) { return a->seed < b->seed; });
  return found;
}

double score(const SweepRow& row, const std::string& metric) {
  for (const auto& [name, value] : row.scores)
    if (name == metric) return value;
  return kUndefined;
}

const SweepRow* of_seed(const Rows& rows, std::int64_t seed) {
  for (const SweepRow* row : rows)
    if (row->seed == seed) return row;
  return nullptr;
}

template <class Get>
std::vector<double> values_of(const Rows& rows, const Get& get) {
  std::vector<double> values;
  for (const SweepRow* row : rows) values.push_back(get(*row));
  return values;
}

/// The baseline's values in the order of `rows`, NaN where it has no run of that seed.
template <class Get>
std::vector<double> paired_values(const Rows& rows, const Rows& baseline, const Get& get) {
  std::vector<double> values;
  for (const SweepRow* row : rows) {
    const SweepRow* other = of_seed(baseline, row->seed);
    values.push_back(other ? get(*other) : kUndefined);
  }
  return values;
}

std::vector<std::string> metrics_of(const SweepShape& shape, const std::vector<SweepRow>& rows) {
  if (!shape.metrics.empty()) return shape.metrics;
  Scores all;
  for (const SweepRow& row : rows) all.insert(all.end(), row.scores.begin(), row.scores.end());
  std::vector<std::string> names;
  for (const auto& [name, value] : main_scores(all)) names.push_back(name);
  return names;
}

SweepLine line_of(const Rows& rows, const Rows& baseline, const std::vector<std::string>& metrics) {
  SweepLine line;
  for (const std::string& metric : metrics) {
    const auto get = [&](const SweepRow& row) { return score(row, metric); };
    const std::vector<double> values = values_of(rows, get);
    line.cells.push_back(
        {mean_interval(values), paired_interval(values, paired_values(rows, baseline, get))});
  }
  const auto seconds = [](const SweepRow& row) { return row.seconds; };
  const std::vector<double> own = values_of(rows, seconds), other = paired_values(rows, baseline, seconds);
  std::vector<double> ratios;
  for (std::size_t i = 0; i < own.size(); ++i) ratios.push_back(own[i] / other[i]);
  line.seconds = mean_interval(own);
  line.time_ratio = mean_interval(ratios);
  for (const SweepRow* row : rows) {
    const SweepRow* other = of_seed(baseline, row->seed);
    line.beside_others =
        line.beside_others || row->jobs > 1 || (other && (other->jobs > 1 || other->threads != row->threads));
    line.peak_memory_mb = std::max(line.peak_memory_mb, row->peak_memory_mb);
    line.learning_parameters = std::max(line.learning_parameters, row->learning_parameters);
  }
  line.seeds = static_cast<std::int64_t>(rows.size());
  return line;
}

}  // namespace

SweepSummary summarise_sweep(const SweepShape& shape, const std::vector<SweepRow>& all) {
  std::vector<SweepRow> rows;
  std::copy_if(all.begin(), all.end(), std::back_inserter(rows),
               [&](const SweepRow& row) { return shape.names(row.arm, row.point, row.seed); });
  SweepSummary summary{shape, metrics_of(shape, rows), {}, {}};
  for (std::size_t p = 0; p < shape.points.size(); ++p) {
    const std::string& point = shape.points[p].label;
    const Rows baseline = rows_of(rows, shape.baseline, point);
    for (const std::string& arm : shape.arms) {
      const Rows found = rows_of(rows, arm, point);
      if (found.empty()) continue;
      SweepLine& line = summary.lines.emplace_back(line_of(found, baseline, summary.metrics));
      line.arm = arm;
      line.point = p;
      line.is_baseline = arm == shape.baseline;
    }
  }
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(summary.failed),
               [](const SweepRow& row) { return row.failed(); });
  return summary;
}

}  // namespace mtt
