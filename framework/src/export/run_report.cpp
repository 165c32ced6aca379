#include "export/run_report.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "export/held_out_pictures.h"
#include "export/precision_record.h"
#include "export/recommendation_section.h"
#include "export/reported_run.h"
#include "export/run_facts.h"
#include "export/score_tables.h"
#include "export/sweep_section.h"
#include "export/training_curves.h"
#include "io/file.h"
#include "mtt/error.h"
#include "report/html_page.h"
#include "report/html_text.h"
#include "run/run_directory.h"
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

enum class Kind { run, sweep, recommendation, precision };
constexpr std::array kKindNames = {std::pair{"run", "runs"}, std::pair{"sweep", "sweeps"},
                                   std::pair{"recommendation", "recommendations"},
                                   std::pair{"comparison of precisions", "comparisons of precisions"}};
constexpr std::array kTitles = {"", "Sweep ", "Recommendation ", "Precision comparison "};

Kind kind_of(const fs::path& directory) {
  if (is_sweep_directory(directory)) return Kind::sweep;
  if (is_recommendation_directory(directory)) return Kind::recommendation;
  return is_run_directory(directory) || !has_precision_record(directory) ? Kind::run : Kind::precision;
}

/// A directory of the page. `run` is set for those of runs.
struct Reported {
  fs::path directory;
  Kind kind = Kind::run;
  std::optional<ReportedRun> run = {};

  std::string folder() const { return directory.filename().string(); }
  std::string title() const {
    return run ? run->name() : kTitles.at(static_cast<std::size_t>(kind)) + folder();
  }
  /// With the folder of a run, because the names of runs may be equal.
  std::string heading() const { return title() + (run ? " (" + folder() + ")" : ""); }
};

ReportPart section_of(const Reported& reported, const std::string& prefix, std::int64_t threads,
                      PluginCatalog& plugins) {
  switch (reported.kind) {
    case Kind::sweep:
      return sweep_section(read_sweep(reported.directory), reported.directory, prefix);
    case Kind::recommendation:
      return recommendation_section(reported.directory, prefix);
    case Kind::precision:
      return precision_section(reported.directory, prefix);
    case Kind::run:
      break;
  }
  return run_section(*reported.run, prefix, threads, plugins);
}

std::string page_title(const std::vector<Reported>& all) {
  std::string title;
  for (std::size_t kind = 0; kind < kKindNames.size(); ++kind) {
    const auto count = std::count_if(all.begin(), all.end(), [&](const Reported& reported) {
      return reported.kind == static_cast<Kind>(kind);
    });
    if (count == 0) continue;
    const auto& [single, several] = kKindNames.at(kind);
    title += (title.empty() ? "" : ", ") + std::to_string(count) + " " + (count == 1 ? single : several);
  }
  return title;
}

}  // namespace

RunReport run_report(const std::vector<fs::path>& directories, std::int64_t threads, PluginCatalog& plugins) {
  std::vector<Reported> all;
  std::vector<RunSummary> summaries;
  for (const fs::path& directory : directories) {
    Reported& reported = all.emplace_back(Reported{directory, kind_of(directory)});
    if (reported.kind != Kind::run) continue;
    reported.run = reported_run(directory);
    summaries.push_back(reported.run->summary);
  }
  const bool one = all.size() == 1;
  ReportPart body;
  if (summaries.size() > 1) {
    body.markup = "<h2>Comparison</h2>\n";
    body.add_table("comparison", comparison_table(summaries));
  }
  for (const Reported& reported : all) {
    if (!one) body.markup += "<h2>" + html_text(reported.heading()) + "</h2>\n";
    body.add(section_of(reported, one ? "" : reported.folder() + "-", threads, plugins));
  }
  return {html_page(one ? all[0].title() : page_title(all), body.markup), std::move(body.tables)};
}

}  // namespace mtt
