#include <memory>

#include "experiment/task_examples.h"
#include "model_option.h"
#include "report/console.h"
#include "report/data_check_text.h"
#include "run/data_check.h"
#include "verbs.h"

namespace mtt {
namespace {

constexpr int kFound = 1;

struct Check {
  std::string file;
  std::vector<std::string> set, plugin_path;
  bool json = false;

  int run() const;
};

int Check::run() const {
  std::vector<Override> overrides = environment_overrides();
  for (const std::string& assignment : set) overrides.push_back({assignment, "--set " + assignment});
  const Experiment experiment = Experiment::read(file, overrides);
  ExampleFiles files(text_keys(experiment));
  PluginCatalog plugins = plugin_catalog(plugin_path, experiment.top.strings("plugin_path"));
  const DataCheck check = check_experiment_data(experiment, files, plugins);
  Console console;
  console.answer(json ? data_check_json(check).json() + "\n" : data_check_text(check));
  return check.errors() > 0 ? kFound : 0;
}

}  // namespace

void add_data(CLI::App& app) {
  CLI::App* data =
      app.add_subcommand("data", "Check the examples of an experiment, or import public data sets");
  data->require_subcommand(1);
  auto check = std::make_shared<Check>();
  CLI::App* verb = data->add_subcommand(
      "check",
      "Print counts, labels, lengths, overlaps and errors of the examples; exit code 1 if there are errors");
  verb->add_option("config", check->file, "An experiment file")->type_name("CONFIG")->required();
  verb->add_option("--set", check->set, "Override a value; may be repeated")
      ->type_name("key=value")
      ->expected(1)
      ->take_all();
  add_plugin_path(*verb, check->plugin_path);
  verb->add_flag("--json", check->json, "Print one JSON object");
  verb->callback([check] {
    if (const int code = check->run(); code != 0) throw CLI::RuntimeError(code);
  });
  add_data_import(*data);
}

}  // namespace mtt
