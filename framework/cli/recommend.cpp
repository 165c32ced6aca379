#include <filesystem>
#include <memory>

#include "experiment/experiment.h"
#include "failure.h"
#include "io/file.h"
#include "model_option.h"
#include "recommend/recommend_run.h"
#include "report/verbosity.h"
#include "set_option.h"
#include "verbs.h"

namespace mtt {
namespace {

struct Recommend {
  std::string file;
  std::string out;
  std::vector<std::string> set;
  std::vector<std::string> plugin_path;
  std::int64_t threads = 0;
  std::int64_t examples = 2000;
  std::int64_t epochs = 2;
  std::int64_t seeds = 1;
  double margin = 1;
  bool json = false;

  int run() const;
};

int Recommend::run() const {
  constexpr double kPoints = 100;
  if (json) set_verbosity(Verbosity::quiet);
  const std::vector<Override> overrides = set_overrides(set);
  const Experiment experiment = Experiment::read(file, overrides);
  PluginCatalog plugins = plugin_catalog(plugin_path, experiment.top.strings("plugin_path"));
  const std::filesystem::path directory =
      out.empty() ? std::filesystem::path("recommendations") / experiment.name() : std::filesystem::path(out);
  Console console;
  return with_failure_kept(console, [&] {
    return recommend(file, overrides,
                     {.directory = named_path(directory),
                      .examples = examples,
                      .epochs = epochs,
                      .seeds = seeds,
                      .margin = margin / kPoints,
                      .threads = thread_count(threads),
                      .plugin_path = plugin_path,
                      .json = json},
                     plugins, console);
  });
}

}  // namespace

void add_recommend(CLI::App& app) {
  constexpr std::int64_t kMost = 1'000'000'000;
  auto recommend = std::make_shared<Recommend>();
  CLI::App* verb = app.add_subcommand(
      "recommend",
      "Compare probe, upper layers and full fine-tuning on part of your examples and recommend "
      "one; resumes an interrupted comparison");
  verb->add_option("config", recommend->file, "An experiment file with a validation set")
      ->type_name("CONFIG")
      ->required();
  verb->add_option("--out", recommend->out, "Directory of the comparison; default: recommendations/<name>")
      ->type_name("DIR");
  add_set(*verb, recommend->set);
  verb->add_option("--examples", recommend->examples,
                   "Maximum number of training examples of each file; default: 2000")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{8}, kMost));
  verb->add_option("--epochs", recommend->epochs, "Number of epochs of each training; default: 2")
      ->type_name("N")
      ->check(CLI::Range(std::int64_t{1}, kMost));
  verb->add_option("--seeds", recommend->seeds, "Number of seeds, counted up from run.seed; default: 1")
      ->type_name("N")
      ->check(CLI::Range(1, 1000));
  verb->add_option("--margin", recommend->margin,
                   "Points (hundredths of a score) that a cheaper strategy may be below the best; default: 1")
      ->type_name("POINTS")
      ->check(CLI::Range(0.0, 100.0));
  add_threads(*verb, recommend->threads);
  add_plugin_path(*verb, recommend->plugin_path);
  verb->add_flag("--json", recommend->json, "Print one JSON object with all scores, and no progress");
  verb->callback([recommend] {
    if (const int signal = recommend->run(); signal != 0) throw CLI::RuntimeError(kSignalExit + signal);
  });
}

}  // namespace mtt
