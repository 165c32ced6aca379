#include <filesystem>
#include <memory>

#include "experiment/experiment.h"
#include "failure.h"
#include "io/file.h"
#include "model_option.h"
#include "set_option.h"
#include "sweep/sweep_check.h"
#include "sweep/sweep_run.h"
#include "verbs.h"

namespace mtt {
namespace {

struct Sweep {
  std::string file;
  std::string out;
  std::vector<std::string> set;
  std::vector<std::string> plugin_path;
  std::int64_t threads = 0;
  std::int64_t jobs = 1;
  bool check = false;
  bool keep_weights = false;

  int run() const;
};

int Sweep::run() const {
  const std::vector<Override> overrides = set_overrides(set);
  Console console;
  PluginCatalog plugins =
      plugin_catalog(plugin_path, Experiment::read(file, overrides).top.strings("plugin_path"));
  if (check) {
    check_sweep(file, overrides, plugins, console);
    return 0;
  }
  const std::filesystem::path directory =
      out.empty() ? std::filesystem::path("sweeps") / Experiment::read(file, overrides).name()
                  : std::filesystem::path(out);
  return with_failure_kept(console, [&] {
    return run_sweep(file, overrides,
                     {.directory = named_path(directory),
                      .jobs = jobs,
                      .threads = thread_count(threads),
                      .keep_weights = keep_weights,
                      .plugin_path = plugin_path},
                     plugins, console);
  });
}

}  // namespace

void add_sweep(CLI::App& app) {
  auto sweep = std::make_shared<Sweep>();
  CLI::App* verb =
      app.add_subcommand("sweep",
                         "Run all combinations of [sweep] in an experiment file and write a table of the "
                         "results; resumes an interrupted sweep");
  verb->add_option("config", sweep->file, "An experiment file with [sweep]")->type_name("CONFIG")->required();
  verb->add_option("--out", sweep->out, "Directory of the sweep; default: sweeps/<name>")->type_name("DIR");
  add_set(*verb, sweep->set);
  verb->add_option(
          "--jobs", sweep->jobs,
          "Number of simultaneous runs, which share the threads; above 1, times are marked as not comparable")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  add_threads(*verb, sweep->threads);
  add_plugin_path(*verb, sweep->plugin_path);
  verb->add_flag("--check", sweep->check, "List the runs without starting them");
  verb->add_flag("--keep-weights", sweep->keep_weights,
                 "Keep the weights of each run; by default they are deleted after scoring");
  verb->callback([sweep] {
    if (const int signal = sweep->run(); signal != 0) throw CLI::RuntimeError(kSignalExit + signal);
  });
}

}  // namespace mtt
