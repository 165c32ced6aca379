#include "export/score_tables.h"

#include <cmath>

#include "io/terminal_text.h"
#include "report/class_table.h"
#include "report/html_text.h"

namespace mtt {
namespace {

constexpr std::size_t kMostOpenLabels = 40;

std::string score_text(double value) { return std::isfinite(value) ? formatted("%.4f", value) : "-"; }

}  // namespace

ReportPart score_table(const ReportedRun& run, const std::string& table_prefix) {
  TableRows rows = {{"score", "value"}};
  for (const auto& [name, value] : run.summary.scores) rows.push_back({name, score_text(value)});
  if (run.summary.probes.size() == run.summary.scores.size() && !run.summary.probes.empty()) {
    rows[0].emplace_back("probe");
    for (std::size_t i = 0; i < run.summary.probes.size(); ++i)
      rows[i + 1].push_back(score_text(run.summary.probes[i].second));
  }
  ReportPart part;
  if (rows.size() < 2) return part;
  part.markup = run.has_test_set()
                    ? "<h3>Scores on the test set</h3>\n"
                    : "<h3>Scores on the validation set</h3>\n<p class=\"legend\">The run has no "
                      "test set.</p>\n";
  part.add_table(table_prefix + "scores", rows);
  return part;
}

ReportPart label_tables(const ReportedRun& run, const std::string& table_prefix) {
  ReportPart part;
  for (const auto& [task, classes] : run.summary.classes) {
    const std::string title = html_text(task) + ": scores of each label";
    const bool open = classes.size() <= kMostOpenLabels;
    part.markup +=
        open ? "<h3>" + title + "</h3>\n"
             : "<details><summary>" + title + " (" + std::to_string(classes.size()) + ")</summary>\n";
    part.add_table(table_prefix + "labels-" + task, class_rows(classes));
    if (!open) part.markup += "</details>\n";
  }
  return part;
}

}  // namespace mtt
