#include <memory>

#include "experiment/config_reference.h"
#include "experiment/resolved_config.h"
#include "model_option.h"
#include "report/console.h"
#include "run/resolved_experiment.h"
#include "set_option.h"
#include "verbs.h"

namespace mtt {
namespace {

struct Show {
  std::string file;
  std::vector<std::string> set;
  std::vector<std::string> plugin_path;

  void run() const;
};

void Show::run() const {
  Console console;
  const std::vector<Override> overrides = experiment_overrides(set);
  const Experiment experiment = Experiment::read(file, overrides);
  PluginCatalog plugins = plugin_catalog(plugin_path, experiment.top.strings("plugin_path"));
  console.answer(config_with_origins(experiment, resolved_experiment(experiment, plugins)));
}

void print_reference(const std::vector<std::string>& plugin_path) {
  Console console;
  PluginCatalog plugins = plugin_catalog(plugin_path);
  plugins.load_all();
  std::string text = config_reference();
  const auto describe = [&](const std::string& title, const std::string& summary, const OptionList& options) {
    text += "## " + title + "\n\n" + summary + "\n\n" +
            (options.all().empty() ? "It has no options.\n" : option_table(options)) + "\n";
  };
  for (const PluginLibrary& library : plugins.libraries()) {
    for (const BackbonePlugin& plugin : library.registry.backbones()) {
      std::string types;
      for (const std::string& type : plugin.model_types) types += (types.empty() ? " `" : ", `") + type + "`";
      describe(
          "`[backbone.options]` of `" + plugin.name + "`",
          plugin.summary + (types.empty() ? " No model type selects it: set plugin = \"" + plugin.name + "\"."
                                          : " It serves the model types" + types + "."),
          plugin.options);
    }
    for (const HeadPlugin& plugin : library.registry.heads())
      describe("`[tasks.<name>]` with `head = \"" + plugin.name + "\"`", plugin.summary, plugin.options);
    for (const WeightingPlugin& plugin : library.registry.weightings())
      describe("`[weighting]` with `method = \"" + plugin.name + "\"`", plugin.summary, plugin.options);
  }
  console.answer(text);
}

}  // namespace

void add_config(CLI::App& app) {
  CLI::App* config =
      app.add_subcommand("config", "Show the values of an experiment file, or all possible keys");
  config->require_subcommand(1);
  auto show = std::make_shared<Show>();
  CLI::App* verb =
      config->add_subcommand("show", "Print every value of an experiment and where it comes from");
  verb->add_option("config", show->file, "An experiment file")->type_name("CONFIG")->required();
  add_set(*verb, show->set);
  add_plugin_path(*verb, show->plugin_path);
  verb->callback([show] { show->run(); });

  auto plugin_path = std::make_shared<std::vector<std::string>>();
  CLI::App* reference = config->add_subcommand("reference", "Print all keys of experiment files as Markdown");
  add_plugin_path(*reference, *plugin_path);
  reference->callback([plugin_path] { print_reference(*plugin_path); });
}

}  // namespace mtt
