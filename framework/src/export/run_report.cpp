#include "export/run_report.h"

#include <algorithm>

#include "export/held_out_pictures.h"
#include "export/reported_run.h"
#include "export/run_facts.h"
#include "export/score_tables.h"
#include "export/sweep_section.h"
#include "export/training_curves.h"
#include "io/file.h"
#include "mtt/error.h"
#include "report/html_page.h"
#include "report/html_text.h"
#include "sweep/sweep_run.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostConfigBytes = 64u << 20;

std::string configuration(const fs::path& directory) {
  std::string lines;
  const std::string text = read_file(directory / "config.toml", kMostConfigBytes);
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    lines += html_text(text.substr(begin, end - begin)) + "\n";
    begin = end + 1;
  }
  return "<details><summary>Configuration</summary>\n<pre>" + lines + "</pre></details>\n";
}

ReportPart run_section(const ReportedRun& run, const std::string& table_prefix, std::int64_t threads,
                       PluginCatalog& plugins) {
  ReportPart section = run_facts(run, table_prefix);
  section.add(score_table(run, table_prefix));
  section.markup += training_curves(run);
  section.add(label_tables(run, table_prefix));
  try {
    section.add(held_out_pictures(run.directory, table_prefix, threads, plugins));
  } catch (const Error& error) {
    section.markup +=
        "<p class=\"note\">The predictions for the test set cannot be shown: " + html_text(error.what()) +
        "</p>\n";
  }
  section.markup += configuration(run.directory);
  return section;
}

std::string title_of(const fs::path& directory, const ReportedRun* run) {
  return run ? run->name() : "Sweep " + directory.filename().string();
}

std::string page_title(std::size_t runs, std::size_t sweeps) {
  const auto counted = [](std::size_t count, const std::string& what) {
    return count == 0 ? "" : std::to_string(count) + " " + what + (count == 1 ? "" : "s");
  };
  return counted(runs, "run") + (runs > 0 && sweeps > 0 ? " and " : "") + counted(sweeps, "sweep");
}

}  // namespace

RunReport run_report(const std::vector<fs::path>& directories, std::int64_t threads, PluginCatalog& plugins) {
  std::vector<ReportedRun> runs;
  for (const fs::path& directory : directories)
    if (!is_sweep_directory(directory)) runs.push_back(reported_run(directory));
  const bool one = directories.size() == 1;
  ReportPart body;
  if (runs.size() > 1) {
    std::vector<RunSummary> summaries;
    for (const ReportedRun& run : runs) summaries.push_back(run.summary);
    body.markup = "<h2>Comparison</h2>\n";
    body.add_table("comparison", comparison_table(summaries));
  }
  std::size_t next = 0;
  for (const fs::path& directory : directories) {
    const ReportedRun* run = is_sweep_directory(directory) ? nullptr : &runs[next++];
    const std::string prefix = one ? "" : directory.filename().string() + "-";
    const std::string folder = run ? " (" + directory.filename().string() + ")" : "";  // names may be equal
    if (!one) body.markup += "<h2>" + html_text(title_of(directory, run) + folder) + "</h2>\n";
    body.add(run ? run_section(*run, prefix, threads, plugins)
                 : sweep_section(read_sweep(directory), directory, prefix));
  }
  const std::string title = one ? title_of(directories[0], runs.empty() ? nullptr : runs.data())
                                : page_title(runs.size(), directories.size() - runs.size());
  return {html_page(title, body.markup), std::move(body.tables)};
}

}  // namespace mtt
