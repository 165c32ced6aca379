#include <filesystem>
#include <memory>

#include "check/plugin_check.h"
#include "experiment/config_reference.h"
#include "io/terminal_text.h"
#include "model_option.h"
#include "mtt/error.h"
#include "mtt/options.h"
#include "plugin/plugin_template.h"
#include "report/console.h"
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
         (options.all().empty() ? "It has no options.\n" : option_table(options));
}

void Plugins::run() const {
  Console console;
  PluginCatalog catalog = plugin_catalog(plugin_path);
  if (which.find('/') != std::string::npos || which.ends_with(".so")) {
    console.answer(overview(catalog.load_file(which)));
    return;
  }
  catalog.load_all();
  bool found = false;
  std::vector<std::string> names;
  for (const PluginLibrary& library : catalog.libraries()) {
    if (which.empty()) console.answer(overview(library));
    const auto describe = [&](const std::string& kind, const auto& plugins) {
      for (const auto& plugin : plugins) {
        names.push_back(plugin.name);
        if (plugin.name != which) continue;
        console.answer(description(kind, plugin.name, plugin.summary, plugin.options));
        found = true;
      }
    };
    describe("backbone", library.registry.backbones());
    describe("head", library.registry.heads());
    describe("weighting", library.registry.weightings());
  }
  for (const std::string& failure : catalog.failures()) console.warn(failure);
  if (which.empty() || found) return;
  const std::string near = nearest(which, names);
  throw Error("there is no backbone, head or weighting '" + which + "'" +
              (near.empty() ? "" : "; did you mean '" + near + "'?") + "; 'mtt plugins' lists all of them");
}

void add_check(CLI::App& plugins) {
  auto check = std::make_shared<PluginCheck>();
  auto file = std::make_shared<std::string>(), config = std::make_shared<std::string>();
  auto here = std::make_shared<bool>(false);
  CLI::App* verb =
      plugins.add_subcommand("check", "Check a plugin against its contract, in a separate process");
  verb->add_option("file", *file, "A plugin file")->type_name("FILE")->required();
  verb->add_option("--set", check->options, "An option of the plugin; may be repeated")
      ->type_name("key=value")
      ->expected(1)
      ->take_all();
  verb->add_option("--config", *config, "For a backbone: config.json of a model; default: a small model")
      ->type_name("FILE");
  verb->add_option("--seconds", check->seconds, "Time limit of the check in seconds")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{86'400}))
      ->type_name("N");
  verb->add_flag("--in-this-process", *here, "Run the check in this process, for debuggers");
  verb->callback([check, file, config, here] {
    check->file = *file;
    check->config = *config;
    Console console;
    if (*here ? check_plugin_here(*check) : check_plugin(*check, console)) throw CLI::RuntimeError(1);
  });
}

/// A name that a plugin has already would hide it, or be hidden.
void check_is_new(const std::string& name) {
  PluginCatalog catalog = plugin_catalog({});
  catalog.load_all();
  for (const PluginLibrary& library : catalog.libraries()) {
    const auto check = [&](const std::string& kind, const auto& plugins) {
      for (const auto& plugin : plugins)
        if (plugin.name == name)
          throw Error("the " + kind + " '" + name + "' already exists in " + library.file.string() +
                      "; give the new plugin another name");
    };
    check("backbone", library.registry.backbones());
    check("head", library.registry.heads());
    check("weighting", library.registry.weightings());
  }
}

void add_new(CLI::App& plugins) {
  auto kind = std::make_shared<std::string>(), name = std::make_shared<std::string>(),
       directory = std::make_shared<std::string>();
  CLI::App* verb =
      plugins.add_subcommand("new", "Create the project of a new plugin, ready to build and run");
  verb->add_option("kind", *kind, "head, backbone or weighting")
      ->check(CLI::IsMember({"head", "backbone", "weighting"}))
      ->type_name("KIND")
      ->required();
  verb->add_option("name", *name, "The plugin's name: lower-case letters, digits and '_'")
      ->type_name("NAME")
      ->required();
  verb->add_option("directory", *directory, "A new directory")->type_name("DIR")->required();
  verb->callback([kind, name, directory] {
    check_is_new(*name);
    write_plugin_project(*kind, *name, *directory);
    Console console;
    console.say("written to " + *directory + "; its README.md says how to build it\n");
  });
}

}  // namespace

void add_plugins(CLI::App& app) {
  auto plugins = std::make_shared<Plugins>();
  CLI::App* verb = app.add_subcommand("plugins", "List the plugins, or describe one and its options");
  verb->add_option("plugin", plugins->which, "Name of a backbone, head or weighting, or a plugin file")
      ->type_name("NAME|FILE");
  add_plugin_path(*verb, plugins->plugin_path);
  verb->require_subcommand(0, 1);
  add_new(*verb);
  add_check(*verb);
  verb->callback([plugins, verb] {
    if (verb->get_subcommands().empty()) plugins->run();
  });
}

}  // namespace mtt
