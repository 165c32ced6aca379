#include <filesystem>
#include <memory>

#include "config/config_reference.h"
#include "model_option.h"
#include "mtt/error.h"
#include "report/console.h"
#include "report/terminal_text.h"
#include "verbs.h"

namespace mtt {
namespace {

struct Plugins {
  std::string which;
  std::vector<std::string> plugin_path;

  void run() const;
};

std::string line(const std::string& kind, const std::string& name, const std::string& summary) {
  return "  " + padded(kind, 10) + padded(name, 22) + summary + "\n";
}

std::string overview(const PluginLibrary& library) {
  std::string text = library.name + " " + library.version + "  " + library.file.string() + "\n";
  for (const BackbonePlugin& plugin : library.registry.backbones())
    text += line("backbone", plugin.name, plugin.summary);
  for (const HeadPlugin& plugin : library.registry.heads()) text += line("head", plugin.name, plugin.summary);
  for (const WeightingPlugin& plugin : library.registry.weightings())
    text += line("weighting", plugin.name, plugin.summary);
  return text;
}

std::string description(const std::string& kind, const std::string& name, const std::string& summary,
                        const OptionList& options) {
  return kind + " " + name + ": " + summary + "\n\n" +
         (options.all().empty() ? "It has no options of its own.\n" : option_table(options));
}

void Plugins::run() const {
  Console console;
  PluginCatalog catalog = plugin_catalog(plugin_path);
  if (which.find('/') != std::string::npos || which.ends_with(".so")) {
    console.say(overview(catalog.load_file(which)));
    return;
  }
  catalog.load_all();
  bool found = false;
  for (const PluginLibrary& library : catalog.libraries()) {
    if (which.empty()) console.say(overview(library));
    const auto describe = [&](const std::string& kind, const auto& plugins) {
      for (const auto& plugin : plugins) {
        if (plugin.name != which) continue;
        console.say(description(kind, plugin.name, plugin.summary, plugin.options));
        found = true;
      }
    };
    describe("backbone", library.registry.backbones());
    describe("head", library.registry.heads());
    describe("weighting", library.registry.weightings());
  }
  for (const std::string& failure : catalog.failures()) console.warn(failure);
  if (!which.empty() && !found) catalog.head(which);  // throws: what was searched and what was seen
}

}  // namespace

void add_plugins(CLI::App& app) {
  auto plugins = std::make_shared<Plugins>();
  CLI::App* verb = app.add_subcommand("plugins", "The plugins that are found, or the options of one");
  verb->add_option("plugin", plugins->which, "A backbone's, head's or weighting's name, or a plugin file")
      ->type_name("NAME|FILE");
  add_plugin_path(*verb, plugins->plugin_path);
  verb->callback([plugins] { plugins->run(); });
}

}  // namespace mtt
