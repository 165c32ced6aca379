#include "sweep/sweep_table.h"

#include <algorithm>
#include <cmath>

#include "io/terminal_text.h"
#include "report/csv_cell.h"
#include "report/number_table.h"

namespace mtt {
namespace {

using Cells = std::vector<std::string>;

std::string with_half(const char* pattern, const Interval& interval) {
  if (!std::isfinite(interval.mean)) return "-";
  std::string text = formatted(pattern, interval.mean);
  if (std::isfinite(interval.half)) text += " ± " + formatted("%.4f", interval.half);
  return text;
}

/// The number of seeds behind a mean, if it is smaller than that of the line.
std::string fewer_text(const Interval& interval, const SweepLine& line) {
  const auto count = static_cast<std::int64_t>(interval.count);
  return count > 0 && count < line.seeds ? " (" + std::to_string(count) + " seeds)" : "";
}

bool is_of_few(const Interval& difference) { return difference.count > 0 && difference.count < kFewestSeeds; }

std::string difference_text(const SweepLine& line, const SweepCell& cell) {
  if (line.is_baseline) return "";
  return with_half("%+.4f", cell.difference) + fewer_text(cell.difference, line) +
         (!cell.significant() ? ""
          : cell.discovery    ? " **"
                              : " *");
}

std::string seconds_text(const SweepLine& line) {
  if (!std::isfinite(line.seconds.mean)) return "-";
  return (line.beside_others ? "~" : "") + formatted("%.1f", line.seconds.mean);
}

std::string csv_number(double value) { return std::isfinite(value) ? formatted("%.17g", value) : ""; }

std::string markdown_row(const Cells& cells) {
  std::string row = "|";
  for (const std::string& cell : cells) {
    row += ' ';
    for (const char c : cell) row += c == '|' ? std::string("\\|") : std::string(1, c);
    row += " |";
  }
  return row + "\n";
}

std::string tuning_score_text(const SweepRow& row, const std::string& name) {
  const double value = value_of(row.scores, name);
  return std::isfinite(value) ? formatted("%.4f", value) : "-";
}

bool has_lines(const SweepSummary& summary, std::size_t point) {
  return std::any_of(summary.lines.begin(), summary.lines.end(),
                     [&](const SweepLine& line) { return line.point == point; });
}

}  // namespace

std::string sweep_failures(const SweepSummary& summary) {
  std::string text;
  for (const SweepRow& row : summary.failed)
    text += "failed: " + row.arm + (row.point.empty() ? "" : ", " + row.point) + ", seed " +
            std::to_string(row.seed) + ": " + printable(row.error) + "\n";
  return text;
}

std::vector<Cells> failed_cells(const SweepSummary& summary) {
  std::vector<Cells> rows = {{"arm", "point", "seed", "error"}};
  for (const SweepRow& row : summary.failed)
    rows.push_back({row.arm, row.point.empty() ? "-" : row.point, std::to_string(row.seed), row.error});
  return rows;
}

std::vector<Cells> tuning_cells(const SweepSummary& summary) {
  std::vector<Cells> rows = {{"arm", "point", "value"}};
  for (const SweepRow& row : summary.tuning)
    for (const auto& [name, score] : main_scores(row.scores))
      if (std::find(rows[0].begin() + 3, rows[0].end(), name) == rows[0].end()) rows[0].push_back(name);
  const std::size_t scores = rows[0].size();
  rows[0].emplace_back("chosen");
  for (const SweepRow& row : summary.tuning) {
    Cells& cells = rows.emplace_back(Cells{row.arm, row.point.empty() ? "-" : row.point, row.tuning});
    for (std::size_t c = 3; c < scores; ++c)
      cells.push_back(row.failed() ? "failed" : tuning_score_text(row, rows[0][c]));
    const bool chosen = std::any_of(summary.lines.begin(), summary.lines.end(), [&](const SweepLine& line) {
      return line.arm == row.arm && summary.shape.points[line.point].label == row.point &&
             line.tuned == row.tuning;
    });
    cells.emplace_back(chosen ? "yes" : "");
  }
  return rows;
}

std::vector<Cells> sweep_cells(const SweepSummary& summary, std::size_t point) {
  std::vector<Cells> rows(1, {"arm"});
  for (const std::string& metric : summary.metrics)
    rows[0].insert(rows[0].end(), {metric, "Δ " + summary.shape.baseline});
  rows[0].insert(rows[0].end(), {"seconds", "time", "MB", "trainable", "stored MB", "seeds"});
  const std::vector<double>& majority = summary.majority[point];
  if (std::any_of(majority.begin(), majority.end(), [](double value) { return std::isfinite(value); })) {
    Cells& row = rows.emplace_back(Cells{"majority class"});
    for (const double value : majority)
      row.insert(row.end(), {std::isfinite(value) ? formatted("%.4f", value) : "-", ""});
    row.resize(rows[0].size(), "");
  }
  for (const SweepLine& line : summary.lines) {
    if (line.point != point) continue;
    Cells& row = rows.emplace_back(Cells{line.arm});
    for (const SweepCell& cell : line.cells) {
      row.push_back(with_half("%.4f", cell.score) + fewer_text(cell.score, line));
      row.push_back(difference_text(line, cell));
    }
    row.push_back(seconds_text(line));
    row.push_back(std::isfinite(line.time_ratio.mean)
                      ? (line.beside_others ? "~" : "") + formatted("%.2f", line.time_ratio.mean)
                      : "-");
    row.push_back(formatted("%.0f", line.peak_memory_mb));
    row.push_back(grouped(line.learning_parameters));
    row.push_back(formatted(line.stored_mb() < 10 ? "%.2f" : "%.0f", line.stored_mb()));
    row.push_back(std::to_string(line.seeds));
  }
  return rows;
}

std::string sweep_legend(const SweepSummary& summary) {
  std::string text =
      "Means over seeds ± half of the 95 % interval (Student's t). Differences from '" +
      summary.shape.baseline +
      "' are paired by seed; * marks those whose interval excludes 0 (also that over examples, if the rows "
      "have counts of examples), ** those of them that remain significant at a false discovery rate of 5 % "
      "over "
      "all differences of the sweep (Benjamini-Hochberg). seconds: training time" +
      (summary.shape.times.empty() ? ""
                                   : " as in the runs of '" + summary.shape.times + "', for as many steps") +
      "; time: training time relative to '" + summary.shape.baseline +
      "'; MB: the largest peak memory of a run; trainable: number of trainable parameters; stored MB: their "
      "size in float32.";
  if (std::any_of(summary.lines.begin(), summary.lines.end(), [](const SweepLine& line) {
        return std::any_of(line.cells.begin(), line.cells.end(),
                           [](const SweepCell& cell) { return is_of_few(cell.difference); });
      }))
    text += " Differences over fewer than three seeds have no *.";
  if (std::any_of(summary.lines.begin(), summary.lines.end(),
                  [](const auto& line) { return line.beside_others; }))
    text += " ~ marks times of simultaneous runs, which are not comparable.";
  std::string tuned;
  for (const SweepLine& line : summary.lines) {
    if (line.tuned.empty()) continue;
    const std::string& point = summary.shape.points[line.point].label;
    tuned += (tuned.empty() ? "" : "; ") + line.arm + (point.empty() ? "" : ", " + point) + ": " + line.tuned;
  }
  if (!tuned.empty()) text += " Chosen on the validation set: " + tuned + ".";
  if (!summary.machines.empty()) {
    std::string names;
    for (const std::string& name : summary.machines) names += (names.empty() ? "" : ", ") + printable(name);
    text += summary.machines.size() == 1 ? " Times are those of " + names + "."
                                         : " The runs were made on different processors (" + names +
                                               "), whose times are not comparable.";
  }
  return text;
}

std::string sweep_text(const SweepSummary& summary) {
  std::string text;
  for (std::size_t p = 0; p < summary.shape.points.size(); ++p) {
    if (!has_lines(summary, p)) continue;
    const std::string& label = summary.shape.points[p].label;
    text += "\n" + (label.empty() ? "" : label + "\n") + columns_text(sweep_cells(summary, p));
  }
  return text + "\n" + sweep_legend(summary) + "\n" + sweep_failures(summary);
}

std::string sweep_markdown(const SweepSummary& summary) {
  std::string text;
  for (std::size_t p = 0; p < summary.shape.points.size(); ++p) {
    if (!has_lines(summary, p)) continue;
    if (const std::string& label = summary.shape.points[p].label; !label.empty())
      text += "**" + label + "**\n\n";
    const std::vector<Cells> rows = sweep_cells(summary, p);
    text += markdown_row(rows[0]) + "|" + [&] {
      std::string rule;
      for (std::size_t c = 0; c < rows[0].size(); ++c) rule += "---|";
      return rule;
    }() + "\n";
    for (std::size_t r = 1; r < rows.size(); ++r) text += markdown_row(rows[r]);
    text += "\n";
  }
  const std::string failed = sweep_failures(summary);
  return text + sweep_legend(summary) + "\n" + (failed.empty() ? "" : "\n" + failed);
}

std::string sweep_csv(const SweepSummary& summary) {
  std::string text =
      "arm,point,metric,mean,half,examples_half,seeds,difference,difference_half,difference_examples_half,p,"
      "mcnemar_p,discovery,baseline,seconds,time_ratio,times_comparable,peak_memory_mb,trainable_"
      "parameters\n";
  for (const SweepLine& line : summary.lines) {
    for (std::size_t m = 0; m < summary.metrics.size(); ++m) {
      const SweepCell& cell = line.cells[m];
      text += csv_cell(line.arm) + "," + csv_cell(summary.shape.points[line.point].label) + "," +
              csv_cell(summary.metrics[m]) + "," + csv_number(cell.score.mean) + "," +
              csv_number(cell.score.half) + "," + csv_number(cell.score_examples) + "," +
              std::to_string(cell.score.count) + "," + csv_number(cell.difference.mean) + "," +
              csv_number(cell.difference.half) + "," + csv_number(cell.difference_examples) + "," +
              (line.is_baseline ? "" : csv_number(cell.p)) + "," +
              (line.is_baseline ? "" : csv_number(cell.mcnemar_p)) + "," + (cell.discovery ? "yes" : "no") +
              "," + csv_cell(summary.shape.baseline) + "," + csv_number(line.seconds.mean) + "," +
              csv_number(line.time_ratio.mean) + "," + (line.beside_others ? "no" : "yes") + "," +
              csv_number(line.peak_memory_mb) + "," + std::to_string(line.learning_parameters) + "\n";
    }
  }
  return text;
}

}  // namespace mtt
