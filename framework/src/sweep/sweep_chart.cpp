#include "sweep/sweep_chart.h"

#include <algorithm>

#include "io/terminal_text.h"
#include "report/bubble_chart.h"
#include "report/interval_chart.h"

namespace mtt {
namespace {

std::string curves(const SweepSummary& summary, std::size_t metric) {
  std::vector<IntervalSeries> series;
  for (const std::string& arm : summary.shape.arms) {
    IntervalSeries& one = series.emplace_back(IntervalSeries{arm, {}});
    for (const SweepLine& line : summary.lines) {
      if (line.arm != arm) continue;
      const Interval& score = line.cells[metric].score;
      one.points.push_back({summary.shape.points[line.point].values.front(), score.mean, score.half});
    }
    std::sort(one.points.begin(), one.points.end(), [](const auto& a, const auto& b) { return a.x < b.x; });
  }
  return interval_lines(summary.metrics[metric], summary.shape.axis, series);
}

std::string rows(const SweepSummary& summary, std::size_t metric) {
  std::vector<IntervalGroup> groups;
  for (std::size_t p = 0; p < summary.shape.points.size(); ++p) {
    IntervalGroup group{summary.shape.points[p].label, {}};
    for (const SweepLine& line : summary.lines) {
      if (line.point != p) continue;
      const auto& arms = summary.shape.arms;
      const Interval& score = line.cells[metric].score;
      group.rows.push_back(
          {line.arm, score.mean, score.half,
           static_cast<std::size_t>(std::find(arms.begin(), arms.end(), line.arm) - arms.begin())});
    }
    if (!group.rows.empty()) groups.push_back(std::move(group));
  }
  return interval_rows(summary.metrics[metric], groups);
}

std::size_t number_of(const SweepShape& shape, const std::string& arm) {
  return static_cast<std::size_t>(std::find(shape.arms.begin(), shape.arms.end(), arm) - shape.arms.begin());
}

std::string differences(const SweepSummary& summary, std::size_t metric) {
  std::vector<IntervalGroup> groups;
  for (std::size_t p = 0; p < summary.shape.points.size(); ++p) {
    IntervalGroup group{summary.shape.points[p].label, {}};
    for (const SweepLine& line : summary.lines) {
      if (line.point != p || line.is_baseline) continue;
      const SweepCell& cell = line.cells[metric];
      group.rows.push_back({line.arm, cell.difference.mean, cell.difference.half,
                            number_of(summary.shape, line.arm), cell.difference_examples});
    }
    if (!group.rows.empty()) groups.push_back(std::move(group));
  }
  return interval_rows(summary.metrics[metric] + ", difference from " + summary.shape.baseline, groups);
}

/// A point's label, or the value alone where the grid has one key.
std::string short_point(const SweepShape& shape, std::size_t point) {
  return shape.axis.empty() ? shape.points[point].label
                            : formatted("%.6g", shape.points[point].values.front());
}

std::string cost(const SweepSummary& summary, std::size_t metric) {
  std::vector<Bubble> bubbles;
  bool comparable = true;
  for (const SweepLine& line : summary.lines) {
    const Interval& score = line.cells[metric].score;
    const std::string point = short_point(summary.shape, line.point);
    const double minutes = line.seconds.mean / 60;
    comparable = comparable && !line.beside_others;
    const std::string name = line.arm + (point.empty() ? "" : ", " + point);
    bubbles.push_back({.name = name,
                       .x = minutes,
                       .y = score.mean,
                       .half = score.half,
                       .area = line.peak_memory_mb,
                       .tooltip = name + ": " + formatted("%.4f", score.mean) + ", " +
                                  formatted("%.2f", minutes) + " minutes, " +
                                  formatted("%.0f", line.peak_memory_mb) + " MB",
                       .colour = number_of(summary.shape, line.arm)});
  }
  return bubble_chart(summary.metrics[metric] + " against training time",
                      std::string("training time in minutes") +
                          (summary.machines.size() == 1 ? ", " + summary.machines.front() : "") +
                          (comparable ? "" : " (of simultaneous runs, not comparable)") +
                          "; area: peak memory",
                      summary.metrics[metric], std::move(bubbles));
}

}  // namespace

std::vector<std::pair<std::string, std::string>> sweep_charts(const SweepSummary& summary) {
  std::vector<std::pair<std::string, std::string>> charts;
  const bool over_axis = !summary.shape.axis.empty() && summary.shape.points.size() > 1;
  for (std::size_t m = 0; m < summary.metrics.size(); ++m) {
    charts.emplace_back(summary.metrics[m], over_axis ? curves(summary, m) : rows(summary, m));
    charts.emplace_back(summary.metrics[m] + ".differences", differences(summary, m));
    charts.emplace_back(summary.metrics[m] + ".cost", cost(summary, m));
  }
  return charts;
}

}  // namespace mtt
