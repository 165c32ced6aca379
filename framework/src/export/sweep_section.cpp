#include "export/sweep_section.h"

#include "report/definition_list.h"
#include "report/html_text.h"
#include "sweep/sweep_chart.h"
#include "sweep/sweep_table.h"

namespace mtt {
namespace {

std::string listed_texts(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ", ") + text;
  return list;
}

std::string run_count(const SweepSummary& summary) {
  std::int64_t complete = 0;
  for (const SweepLine& line : summary.lines) complete += line.seeds;
  return std::to_string(complete) + " complete" +
         (summary.failed.empty() ? "" : ", " + std::to_string(summary.failed.size()) + " failed");
}

Facts sweep_facts(const SweepSummary& summary, const std::filesystem::path& directory) {
  std::vector<std::string> points;
  for (const SweepPoint& point : summary.shape.points)
    if (!point.label.empty()) points.push_back(point.label);
  return {{"arms", listed_texts(summary.shape.arms)},
          {"points of the grid", listed_texts(points)},
          {"baseline", summary.shape.baseline},
          {"runs", run_count(summary)},
          {summary.machines.size() > 1 ? "machines" : "machine", listed_texts(summary.machines)},
          {"directory", directory.string()}};
}

/// The figures of a metric in the order differences, scores, costs.
std::string sweep_figures(const SweepSummary& summary) {
  const auto charts = sweep_charts(summary);
  std::string figures;
  for (const std::string& metric : summary.metrics) {
    figures += "<h3>" + html_text(metric) + "</h3>\n<div class=\"charts\">\n";
    for (const char* kind : {".differences", "", ".cost"})
      for (const auto& [name, svg] : charts)
        if (name == metric + kind && !svg.empty())
          figures += "<figure class=\"large\">" + svg + "</figure>\n";
    figures += "</div>\n";
  }
  return figures;
}

}  // namespace

ReportPart sweep_section(const SweepSummary& summary, const std::filesystem::path& directory,
                         const std::string& table_prefix) {
  ReportPart part{definition_list(sweep_facts(summary, directory))};
  for (std::size_t p = 0; p < summary.shape.points.size(); ++p) {
    const TableRows rows = sweep_cells(summary, p);
    if (rows.size() < 2) continue;
    const std::string& label = summary.shape.points[p].label;
    if (!label.empty()) part.markup += "<h3>" + html_text(label) + "</h3>\n";
    part.add_table(table_prefix + "sweep" + (label.empty() ? "" : "-" + label), rows);
  }
  part.markup += "<p class=\"legend\">" + html_text(sweep_legend(summary)) + "</p>\n";
  if (!summary.failed.empty()) {
    part.markup += "<h3>Failed runs</h3>\n";
    part.add_table(table_prefix + "failed", failed_cells(summary));
  }
  if (!summary.tuning.empty()) {
    part.markup += "<h3>Tuning runs</h3>\n<p>The values that were tried for an arm, with their scores.</p>\n";
    part.add_table(table_prefix + "tuning", tuning_cells(summary));
  }
  part.markup += sweep_figures(summary);
  return part;
}

}  // namespace mtt
