#include "sweep/sweep_summary.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <map>

#include "eval/bootstrap.h"
#include "eval/significance.h"

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

constexpr double kDiscoveryRate = 0.05, kNoVariation = 1e-9;

const ExampleCounts* counts_of(const SweepRow& row, const std::string& metric) {
  for (const auto& [name, counts] : row.counts)
    if (name == metric) return &counts;
  return nullptr;
}

/// The bootstrap of each row and score, computed once.
class Bootstraps {
 public:
  /// Empty without counts.
  const std::vector<double>& of(const SweepRow& row, const std::string& metric) {
    const auto [entry, is_new] = known_.try_emplace({&row, metric});
    const ExampleCounts* counts = counts_of(row, metric);
    if (is_new && counts) entry->second = bootstrap_scores(*counts);
    return entry->second;
  }

 private:
  std::map<std::pair<const SweepRow*, std::string>, std::vector<double>> known_;
};

/// Half the width of the interval of the mean of these bootstraps; NaN if one is missing.
double half_of_mean(const std::vector<std::vector<double>>& bootstraps) {
  if (bootstraps.empty()) return kUndefined;
  std::vector<double> means(bootstraps.front().size());
  for (const std::vector<double>& one : bootstraps) {
    if (one.empty() || one.size() != means.size()) return kUndefined;
    for (std::size_t i = 0; i < means.size(); ++i)
      means[i] += one[i] / static_cast<double>(bootstraps.size());
  }
  return percentile_half(std::move(means));
}

/// The median over pairs of runs; NaN if examples are not hits.
double median_mcnemar(const std::vector<std::pair<const ExampleCounts*, const ExampleCounts*>>& pairs) {
  std::vector<double> values;
  for (const auto& [one, other] : pairs) {
    if (one->size() != other->size() || !are_hits(*one) || !are_hits(*other)) return kUndefined;
    std::int64_t first = 0, second = 0;
    for (std::size_t i = 0; i < one->size(); ++i) {
      first += (*one)[i].right > (*other)[i].right;
      second += (*one)[i].right < (*other)[i].right;
    }
    values.push_back(mcnemar_test(first, second));
  }
  if (values.empty()) return kUndefined;
  std::sort(values.begin(), values.end());
  return (values[(values.size() - 1) / 2] + values[values.size() / 2]) / 2;
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

/// Taken from the first row, because the test set of a task is the same for all arms.
double majority_of(const std::vector<SweepRow>& rows, const std::string& point, const std::string& metric) {
  for (const SweepRow& row : rows)
    if (const double value = value_of(row.majority, metric); row.point == point && std::isfinite(value))
      return value;
  return kUndefined;
}

std::vector<std::string> metrics_of(const SweepShape& shape, const std::vector<SweepRow>& rows) {
  if (!shape.metrics.empty()) return shape.metrics;
  Scores all;
  for (const SweepRow& row : rows) all.insert(all.end(), row.scores.begin(), row.scores.end());
  std::vector<std::string> names;
  for (const auto& [name, value] : main_scores(all)) names.push_back(name);
  return names;
}

SweepCell cell_of(const Rows& rows, const Rows& baseline, const std::string& metric, Bootstraps& bootstraps) {
  const auto get = [&](const SweepRow& row) { return value_of(row.scores, metric); };
  const std::vector<double> values = values_of(rows, get), others = paired_values(rows, baseline, get);
  SweepCell cell{mean_interval(values), paired_interval(values, others)};
  std::vector<double> differences;
  std::vector<std::vector<double>> own, paired;
  std::vector<std::pair<const ExampleCounts*, const ExampleCounts*>> pairs;
  bool all_have_counts = true;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    differences.push_back(values[i] - others[i]);
    own.push_back(bootstraps.of(*rows[i], metric));
    const SweepRow* other = of_seed(baseline, rows[i]->seed);
    if (!other || !std::isfinite(differences.back())) continue;
    if (own.back().empty() || bootstraps.of(*other, metric).size() != own.back().size()) {
      all_have_counts = false;
      continue;
    }
    std::vector<double>& both = paired.emplace_back(own.back());
    for (std::size_t b = 0; b < both.size(); ++b) both[b] -= bootstraps.of(*other, metric)[b];
    pairs.emplace_back(counts_of(*rows[i], metric), counts_of(*other, metric));
  }
  cell.score_examples = half_of_mean(own);
  cell.p = paired_t_test(differences);
  if (!all_have_counts) return cell;
  cell.difference_examples = half_of_mean(paired);
  cell.mcnemar_p = median_mcnemar(pairs);
  return cell;
}

/// Marks the differences from the baseline that are significant at the false discovery rate.
void mark_discoveries(std::vector<SweepLine>& lines) {
  std::vector<double> p;
  for (const SweepLine& line : lines)
    for (const SweepCell& cell : line.cells)
      p.push_back(line.is_baseline || cell.difference.count < kFewestSeeds ? kUndefined
                  : std::isnan(cell.mcnemar_p)                             ? cell.p
                                               : std::max(cell.p, cell.mcnemar_p));
  const std::vector<bool> discoveries = benjamini_hochberg(p, kDiscoveryRate);
  std::size_t next = 0;
  for (SweepLine& line : lines)
    for (SweepCell& cell : line.cells) cell.discovery = discoveries[next++] && cell.significant();
}

std::vector<std::string> machines_of(const std::vector<SweepRow>& rows) {
  std::vector<std::string> names;
  for (const SweepRow& row : rows)
    if (!row.machine.empty() && std::find(names.begin(), names.end(), row.machine) == names.end())
      names.push_back(row.machine);
  return names;
}

/// The runs that were made one at a time; if there are none, all runs.
Rows alone(const Rows& rows) {
  Rows found;
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(found), [](auto row) { return row->jobs == 1; });
  return found.empty() ? rows : found;
}

void add_times(SweepLine& line, const Rows& rows, const Rows& baseline) {
  const auto seconds = [](const SweepRow& row) { return row.training_seconds(); };
  const std::vector<double> own = values_of(rows, seconds), other = paired_values(rows, baseline, seconds);
  std::vector<double> ratios;
  for (std::size_t i = 0; i < own.size(); ++i) ratios.push_back(own[i] / other[i]);
  line.seconds = mean_interval(own);
  line.time_ratio = mean_interval(ratios);
  for (const SweepRow* row : rows) {
    const SweepRow* other_row = of_seed(baseline, row->seed);
    line.beside_others = line.beside_others || row->jobs > 1 ||
                         (other_row && (other_row->jobs > 1 || other_row->threads != row->threads ||
                                        other_row->machine != row->machine));
  }
}

/// These rows with the times that they would have with as many steps as `rows`, where they have steps.
std::vector<SweepRow> extrapolated(const Rows& timed, const Rows& rows) {
  std::vector<SweepRow> result;
  for (const SweepRow* row : timed) {
    SweepRow& scaled = result.emplace_back(*row);
    if (row->steps == 0) continue;
    const double factor = static_cast<double>(rows.front()->steps) / static_cast<double>(row->steps);
    scaled.seconds *= factor;
    scaled.fitting_seconds *= factor;
  }
  return result;
}

Rows pointers(const std::vector<SweepRow>& rows) {
  Rows result;
  for (const SweepRow& row : rows) result.push_back(&row);
  return result;
}

SweepLine line_of(const Rows& rows, const Rows& baseline, const std::vector<std::string>& metrics,
                  Bootstraps& bootstraps) {
  SweepLine line;
  for (const std::string& metric : metrics) line.cells.push_back(cell_of(rows, baseline, metric, bootstraps));
  for (const SweepRow* row : rows) {
    line.peak_memory_mb = std::max(line.peak_memory_mb, row->peak_memory_mb);
    line.learning_parameters = std::max(line.learning_parameters, row->learning_parameters);
  }
  line.seeds = static_cast<std::int64_t>(rows.size());
  return line;
}

}  // namespace

bool SweepCell::significant() const {
  const bool varies = difference.half > kNoVariation || std::isfinite(difference_examples);
  return difference.count >= kFewestSeeds && varies && difference.excludes_zero() &&
         !(std::abs(difference.mean) <= difference_examples);
}

SweepSummary summarise_sweep(const SweepShape& shape, const std::vector<SweepRow>& all,
                             const std::vector<SweepRow>& all_times) {
  std::vector<SweepRow> rows;
  std::copy_if(all.begin(), all.end(), std::back_inserter(rows), [&](const SweepRow& row) {
    return row.tuning.empty() && shape.names(row.arm, row.point, row.seed);
  });
  std::vector<SweepRow> times;
  std::copy_if(all_times.begin(), all_times.end(), std::back_inserter(times),
               [](const SweepRow& row) { return row.tuning.empty() && !row.failed(); });
  SweepSummary summary{shape, metrics_of(shape, rows), {}, {}, {}};
  Bootstraps bootstraps;
  for (std::size_t p = 0; p < shape.points.size(); ++p) {
    const std::string& point = shape.points[p].label;
    const Rows baseline = rows_of(rows, shape.baseline, point);
    for (const std::string& arm : shape.arms) {
      const Rows found = rows_of(rows, arm, point);
      if (found.empty()) continue;
      SweepLine& line = summary.lines.emplace_back(line_of(found, baseline, summary.metrics, bootstraps));
      if (shape.times.empty()) {
        add_times(line, alone(found), alone(baseline));
      } else if (!baseline.empty()) {
        const auto own = extrapolated(rows_of(times, arm, point), found),
                   other = extrapolated(rows_of(times, shape.baseline, point), baseline);
        add_times(line, alone(pointers(own)), alone(pointers(other)));
      }
      line.arm = arm;
      line.tuned = found.front()->tuned;
      line.point = p;
      line.is_baseline = arm == shape.baseline;
    }
    std::vector<double>& majority = summary.majority.emplace_back();
    for (const std::string& metric : summary.metrics) majority.push_back(majority_of(rows, point, metric));
  }
  mark_discoveries(summary.lines);
  summary.machines = machines_of(shape.times.empty() ? rows : times);
  std::copy_if(all.begin(), all.end(), std::back_inserter(summary.tuning), [&](const SweepRow& row) {
    return !row.tuning.empty() && shape.names(row.arm, row.point, shape.first_seed);
  });
  std::copy_if(rows.begin(), rows.end(), std::back_inserter(summary.failed),
               [](const SweepRow& row) { return row.failed(); });
  return summary;
}

}  // namespace mtt
