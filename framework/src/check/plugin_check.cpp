#include "check/plugin_check.h"

#include <ATen/Parallel.h>

#include "check/check_backbone.h"
#include "check/check_head.h"
#include "check/check_weighting.h"
#include "check/contract_report.h"
#include "check/guarded_process.h"
#include "experiment/experiment.h"
#include "io/file.h"
#include "io/terminal_text.h"
#include "mtt/error.h"
#include "plugin/plugin_library.h"
#include "value/json.h"
#include "value/overrides.h"

namespace mtt {
namespace {

constexpr std::size_t kMostConfigBytes = 4u << 20;

Value read_config(const PluginCheck& check) {
  if (check.config.empty()) return {};
  return parse_json(read_file(check.config, kMostConfigBytes), check.config.string());
}

Options read_options(const OptionList& declared, const PluginCheck& check, Value given) {
  for (const std::string& assignment : check.options)
    apply_override(given, {assignment, "--set " + assignment});
  return Options::read(declared, given, "the plugin's options");
}

/// Defaults are not checked where options are read, so here each is given as a user would.
void check_defaults(const OptionList& declared, const PluginCheck& check) {
  Value given{Value::Table{}};
  for (const Option& option : declared.all())
    if (option.fallback) given.set(option.name, *option.fallback);
  read_options(declared, check, std::move(given));
}

/// An option of the table that the part's own share would be taken from it.
void check_names(const OptionList& declared, const std::string& table) {
  for (const Section& section : experiment_sections())
    if (section.name == table)
      for (const Option& option : declared.all())
        require(!section.options.find(option.name),
                "the option '" + option.name + "' has the name of a key of [" + table + "]; give it another");
}

/// Declares, reads and checks one registered part.
template <class Plugin, class Check>
void check_part(const char* kind, const std::string& table, const Plugin& plugin, const PluginCheck& check,
                ContractReport& report, const Check& work) {
  const std::string title = std::string(kind) + " " + plugin.name + ": ";
  Options options;
  const bool read = report.step(title + "options and their defaults", [&] {
    require(!plugin.summary.empty(), "it has no summary");
    for (const Option& option : plugin.options.all())
      require(!option.help.empty(), "the option '" + option.name + "' has no help text");
    check_names(plugin.options, table);
    check_defaults(plugin.options, check);
    options = read_options(plugin.options, check, Value::Table{});
  });
  if (read) work(options);
}

}  // namespace

bool check_plugin_here(const PluginCheck& check) {
  at::set_num_threads(1);
  const Value config = read_config(check);
  ContractReport report;
  PluginLibrary library;
  const auto load = [&] {
    library = load_plugin(std::filesystem::absolute(check.file));
    require(!library.registry.backbones().empty() || !library.registry.heads().empty() ||
                !library.registry.weightings().empty(),
            "the plugin registers neither a backbone nor a head nor a weighting");
  };
  if (!report.step("loads and registers", load)) return true;
  for (const BackbonePlugin& plugin : library.registry.backbones())
    check_part("backbone", "", plugin, check, report,
               [&](const Options& options) { check_backbone(plugin, options, config, report); });
  for (const HeadPlugin& plugin : library.registry.heads())
    check_part("head", "tasks.<name>", plugin, check, report,
               [&](const Options& options) { check_head(plugin, options, report); });
  for (const WeightingPlugin& plugin : library.registry.weightings())
    check_part("weighting", "weighting", plugin, check, report,
               [&](const Options& options) { check_weighting(plugin, options, report); });
  return report.failed();
}

bool check_plugin(const PluginCheck& check, Console& console) {
  read_config(check);  // what is wrong with it is no fault of the plugin
  std::vector<std::string> arguments = {"plugins", "check", check.file.string(), "--in-this-process"};
  for (const std::string& option : check.options) arguments.insert(arguments.end(), {"--set", option});
  if (!check.config.empty()) arguments.insert(arguments.end(), {"--config", check.config.string()});
  std::string running;
  bool failed = false;
  const ProcessEnd end = run_guarded(arguments, check.seconds, [&](const std::string& line) {
    if (line.size() < 2) return;
    const std::string text = line.substr(2);
    const std::size_t tab = text.find('\t');
    if (line[0] == '?') running = text;
    if (line[0] == '!') return console.warn(text);
    if (line[0] == '+') console.say("  ok      " + printable(text) + "\n");
    if (line[0] == '0') console.say("  none    " + printable(text) + "\n");
    if (line[0] == '-') {
      failed = true;
      console.answer("  FAILED  " + printable(text.substr(0, tab)) + "\n          " +
                     printable(tab == std::string::npos ? "" : text.substr(tab + 1)) + "\n");
    }
    if (line[0] != '?') running.clear();
  });
  const std::string step = running.empty() ? "at its end" : "at \"" + printable(running) + "\"";
  if (end.timed_out)
    console.answer("  FAILED  it did not end within " + std::to_string(check.seconds) + " seconds, " + step +
                   "\n");
  else if (end.signal != 0)
    console.answer("  FAILED  it was terminated by signal " + std::to_string(end.signal) + " (" +
                   ::strsignal(end.signal) + "), " + step +
                   "; run mtt plugins check FILE --in-this-process in a debugger\n");
  else if (!running.empty())
    console.answer("  FAILED  it ended the process, " + step + "\n");
  failed = failed || end.timed_out || end.signal != 0 || !running.empty() || end.code != 0;
  console.answer(failed ? "the plugin does not meet its contract\n" : "the plugin meets its contract\n");
  return failed;
}

}  // namespace mtt
