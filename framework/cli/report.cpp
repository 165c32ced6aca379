#include <filesystem>
#include <memory>

#include "export/run_report.h"
#include "io/file.h"
#include "model_option.h"
#include "mtt/error.h"
#include "output.h"
#include "verbs.h"

namespace mtt {
namespace {

struct Report {
  std::vector<std::string> runs, plugin_path;
  std::string output = "report.html", tables;
  std::int64_t threads = 0;

  void write() const {
    check_output(output, {".html"});
    PluginCatalog plugins = plugin_catalog(plugin_path);
    std::vector<std::filesystem::path> directories;
    for (const std::string& run : runs) directories.push_back(named_path(run));
    const RunReport report = run_report(directories, thread_count(threads), plugins);
    write_file_atomically(output, report.html);
    Console console;
    console.say("written to " + output + "\n");
    if (tables.empty()) return;
    const std::size_t count = write_tables(report.tables, tables);
    console.say(std::to_string(count) + " tables as CSV and LaTeX in " + tables + "\n");
  }
};

}  // namespace

void add_report(CLI::App& app) {
  auto report = std::make_shared<Report>();
  CLI::App* verb = app.add_subcommand(
      "report",
      "Write one offline HTML page about runs, sweeps, recommendations and comparisons of precisions");
  verb->add_option(
          "runs", report->runs,
          "Directories written by mtt run, sweep, recommend, export --precision, or evaluate --gate --save")
      ->type_name("RUN...")
      ->required();
  verb->add_option("--output", report->output, "Output file; default: report.html")->type_name("FILE.html");
  verb->add_option("--tables", report->tables,
                   "Also write every table as <name>.csv and <name>.tex (booktabs) into this directory")
      ->type_name("DIR");
  add_threads(*verb, report->threads);
  add_plugin_path(*verb, report->plugin_path);
  verb->callback([report] { report->write(); });
}

}  // namespace mtt
