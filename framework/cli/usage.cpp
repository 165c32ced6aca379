#include "usage.h"

#include <algorithm>
#include <vector>

#include "config/experiment.h"
#include "config/listed.h"
#include "config/other_names.h"
#include "mtt/options.h"

namespace mtt {
namespace {

std::vector<std::string> commands_of(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::App* one : command.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(one->get_name());
  return names;
}

bool has(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string unknown_command(const CLI::App& command, const std::string& path, const std::string& word) {
  const std::vector<std::string> commands = commands_of(command);
  const bool first = command.get_parent() == nullptr;
  const std::string own(first ? own_command(word) : std::string_view()), near = nearest(word, commands);
  return "there is no '" + word + "'" + (first ? "" : " of '" + path + "'") + "; " +
         (!own.empty()    ? "write 'mtt " + own + "'"
          : !near.empty() ? "did you mean '" + near + "'?"
                          : "the commands are " + listed(commands));
}

/// "batch-size" as keys are written.
std::string key_of(std::string option) {
  std::replace(option.begin(), option.end(), '-', '_');
  return option;
}

std::string unknown_option(const CLI::App& command, const std::string& path, const std::string& option) {
  const std::string word = option.substr(std::min(option.find_first_not_of('-'), option.size()));
  std::vector<std::string> options;
  for (const CLI::Option* one : command.get_options())
    for (const std::string& name : one->get_lnames()) options.push_back("--" + name);
  const std::string found = "unknown option '" + option + "' of '" + path + "'";
  for (const std::string_view own : own_options(word))
    if (has(options, std::string(own))) return found + "; write '" + std::string(own) + "'";
  if (has(options, "--set")) {
    const std::string key = key_of(word);
    const std::string own(own_key(key)), tables = own.empty() ? tables_with(key) : "";
    const std::string what = own.empty() && !tables.empty() ? key + " in " + tables : own;
    if (!what.empty())
      return found + "; keys of the file are set by --set SECTION.KEY=VALUE, and this one is " + what;
  }
  const std::string near = nearest(option, options);
  return found + (near.empty() ? "; its options are " + listed(options) : "; did you mean '" + near + "'?");
}

}  // namespace

std::string unknown_word(const CLI::App& app, int argc, char** argv) {
  const CLI::App* command = &app;
  std::string path = app.get_name();
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--") return "";
    if (word.size() < 2 || word.front() != '-') {
      if (has(commands_of(*command), word)) {
        command = command->get_subcommand(word);
        path += " " + word;
      } else if (command->get_require_subcommand_min() > 0) {
        return unknown_command(*command, path, word);
      }
      continue;
    }
    const std::string name = word.substr(0, word.find('='));
    const CLI::Option* option = command->get_option_no_throw(name);
    if (!option) return unknown_option(*command, path, name);
    if (name == word && option->get_items_expected_max() > 0) ++i;
  }
  return "";
}

}  // namespace mtt
