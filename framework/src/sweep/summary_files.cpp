#include "sweep/summary_files.h"

#include <string>

#include "io/file.h"
#include "sweep/sweep_chart.h"
#include "sweep/sweep_table.h"

namespace mtt {
namespace {

std::string file_name(std::string metric) {
  for (char& c : metric)
    if (c == '/' || c == ' ' || c == '(' || c == ')') c = '_';
  return metric;
}

}  // namespace

void write_summary(const SweepSummary& all, const std::filesystem::path& directory) {
  if (all.lines.empty()) return;
  write_file_atomically(directory / "summary.csv", sweep_csv(all));
  write_file_atomically(directory / "table.md", sweep_markdown(all));
  for (const auto& [metric, svg] : sweep_charts(all))
    if (!svg.empty()) write_file_atomically(directory / (file_name(metric) + ".svg"), svg);
}

}  // namespace mtt
