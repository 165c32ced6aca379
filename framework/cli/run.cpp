#include <filesystem>
#include <memory>

#include "failure.h"
#include "io/file.h"
#include "model_option.h"
#include "report/verbosity.h"
#include "run/experiment_run.h"
#include "set_option.h"
#include "verbs.h"

namespace mtt {
namespace {

struct Run {
  std::string file;
  std::string out;
  std::string probes;
  std::vector<std::string> set;
  std::vector<std::string> plugin_path;
  std::int64_t threads = 0;
  bool check = false;
  bool resume = false;

  int run() const;
};

int Run::run() const {
  std::vector<Override> overrides = experiment_overrides(set);
  if (threads > 0) overrides.push_back({"run.threads=" + std::to_string(threads), "--threads"});
  const Experiment experiment = Experiment::read(file, overrides);
  PluginCatalog plugins = plugin_catalog(plugin_path, experiment.top.strings("plugin_path"));
  const std::string& configured = experiment.run.string("out");
  const std::filesystem::path directory = !out.empty() ? std::filesystem::path(out)
                                          : !configured.empty()
                                              ? std::filesystem::path(configured)
                                              : std::filesystem::path("runs") / experiment.name();
  const std::filesystem::path place = named_path(directory);
  Console console;
  const std::int64_t all_threads = thread_count(experiment.run.integer("threads"));
  note_program(plugins, all_threads, console);
  console.note("experiment " + experiment.file.string() + ", output directory " + place.string());
  for (const Override& change : overrides) console.note(change.assignment + " (" + change.origin + ")");
  if (check) {
    check_experiment(
        experiment,
        {.directory = place, .threads = all_threads, .verbose = verbosity() == Verbosity::verbose}, plugins,
        console);
    return 0;
  }
  return with_failure_kept(console, [&] {
    return run_experiment(experiment, {.directory = place, .probes = probes}, all_threads, resume, plugins,
                          console);
  });
}

}  // namespace

void add_run(CLI::App& app) {
  auto run = std::make_shared<Run>();
  CLI::App* verb = app.add_subcommand("run", "Run an experiment file: fit or train, predict, evaluate");
  verb->add_option("config", run->file, "An experiment file")->type_name("CONFIG")->required();
  verb->add_option("--out", run->out, "Directory of the run; default: `out` in [run], or runs/<name>")
      ->type_name("DIR");
  add_set(*verb, run->set);
  verb->add_option("--probes", run->probes, "Folder in which fitted probes are saved for reuse by other runs")
      ->type_name("DIR")
      ->check([](const std::string& path) {
        return std::filesystem::exists(path) && !std::filesystem::is_directory(path)
                   ? "'" + path + "' is a file; give a folder"
                   : std::string();
      });
  add_threads(*verb, run->threads);
  add_plugin_path(*verb, run->plugin_path);
  verb->add_flag("--check", run->check,
                 "Only check: report errors that would stop the run; print examples, steps, trainable "
                 "parameters (with --verbose every tensor) and estimates of time and memory; write nothing");
  verb->add_flag("--resume", run->resume, "Resume an interrupted training from its last checkpoint");
  verb->callback([run] {
    if (const int signal = run->run(); signal != 0) throw CLI::RuntimeError(kSignalExit + signal);
  });
}

}  // namespace mtt
