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
  std::string output = "report.html";
  std::int64_t threads = 0;

  void write() const {
    check_output(output, {".html"});
    PluginCatalog plugins = plugin_catalog(plugin_path);
    std::vector<std::filesystem::path> directories;
    for (const std::string& run : runs)
      directories.push_back(std::filesystem::absolute(run).lexically_normal());
    write_file_atomically(output, report_page(directories, thread_count(threads), plugins));
    Console console;
    console.say("written to " + output + "\n");
  }
};

}  // namespace

void add_report(CLI::App& app) {
  auto report = std::make_shared<Report>();
  CLI::App* verb = app.add_subcommand("report", "Write one offline HTML page about runs and sweeps");
  verb->add_option("runs", report->runs, "Directories of runs or sweeps")->type_name("RUN...")->required();
  verb->add_option("--output", report->output, "Output file; default: report.html")->type_name("FILE.html");
  add_threads(*verb, report->threads);
  add_plugin_path(*verb, report->plugin_path);
  verb->callback([report] { report->write(); });
}

}  // namespace mtt
