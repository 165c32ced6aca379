#include "usage.h"

#include <algorithm>
#include <vector>

#include "experiment/experiment.h"
#include "experiment/other_keys.h"
#include "mtt/options.h"
#include "other_commands.h"
#include "value/listed.h"

namespace mtt {
namespace {

constexpr std::string_view kLeftOut = "not available";

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

/// The first command below one that has an option; "" where none has it.
std::string command_with(const CLI::App& command, const std::string& option) {
  for (const CLI::App* one : command.get_subcommands([](const CLI::App*) { return true; }))
    if (one->get_option_no_throw(option)) return one->get_name();
  return "";
}

std::string unknown_option(const CLI::App& command, const std::string& path, const std::string& option) {
  if (const std::string below = command_with(command, option); !below.empty())
    return "'" + option + "' must follow the command, as in '" + path + " " + below + " " + option + "'";
  const std::string word = option.substr(std::min(option.find_first_not_of('-'), option.size()));
  std::vector<std::string> options;
  for (const CLI::Option* one : command.get_options())
    for (const std::string& name : one->get_lnames()) options.push_back("--" + name);
  const std::string found = "unknown option '" + option + "' of '" + path + "'";
  for (const std::string_view own : own_options(word))
    if (has(options, std::string(own))) return found + "; write '" + std::string(own) + "'";
  if (has(options, "--set")) {
    const std::string key = key_of(word);
    const std::string own = own_key(key, /*table=*/false), tables = own.empty() ? tables_with(key) : "";
    const std::string what = own.empty() && !tables.empty() ? key + " in " + tables : own;
    if (what.starts_with(kLeftOut)) return found + "; it is " + what;
    if (!what.empty())
      return found + "; keys of the file are set by --set SECTION.KEY=VALUE, and this one is " + what;
  }
  const std::string near = nearest(option, options);
  return found + (near.empty() ? "; its options are " + listed(options) : "; did you mean '" + near + "'?");
}

/// What the words of a command line name, up to the first that names nothing.
struct Words {
  const CLI::App* command = nullptr;
  std::string path;                    ///< the names of the commands
  std::vector<std::string> arguments;  ///< words that are neither commands nor options nor their values
  std::string unknown;                 ///< what is wrong with the first unknown word; "": there is none
};

Words words_of(const CLI::App& app, int argc, char** argv) {
  Words words{&app, app.get_name(), {}, ""};
  for (int i = 1; i < argc; ++i) {
    const std::string word = argv[i];
    if (word == "--") {
      words.arguments.insert(words.arguments.end(), argv + i + 1, argv + argc);
      break;
    }
    if (word.size() < 2 || word.front() != '-') {
      if (has(commands_of(*words.command), word)) {
        words.command = words.command->get_subcommand(word);
        words.path += " " + word;
      } else if (words.command->get_require_subcommand_min() > 0) {
        words.unknown = unknown_command(*words.command, words.path, word);
        break;
      } else {
        words.arguments.push_back(word);
      }
      continue;
    }
    const std::string name = word.substr(0, word.find('='));
    const CLI::Option* option = words.command->get_option_no_throw(name);
    if (!option) {
      words.unknown = unknown_option(*words.command, words.path, name);
      break;
    }
    if (name == word && option->get_items_expected_max() > 0) ++i;
  }
  return words;
}

std::vector<const CLI::Option*> arguments_of(const CLI::App& command) {
  std::vector<const CLI::Option*> arguments;
  for (const CLI::Option* option : command.get_options())
    if (option->get_positional()) arguments.push_back(option);
  return arguments;
}

}  // namespace

std::string unknown_word(const CLI::App& app, int argc, char** argv) {
  return words_of(app, argc, argv).unknown;
}

std::string missing_word(const CLI::App& app, int argc, char** argv) {
  const Words words = words_of(app, argc, argv);
  const std::string needs = "'" + words.path + "' needs ";
  if (words.command->get_require_subcommand_min() > 0)
    return needs + "a command; the commands are " + listed(commands_of(*words.command));
  std::size_t given = words.arguments.size();
  for (const CLI::Option* argument : arguments_of(*words.command)) {
    if (given == 0 && argument->get_required())
      return needs + argument->get_type_name() + ": " + argument->get_description();
    given -= given > 0;
  }
  for (const CLI::Option* option : words.command->get_options())
    if (option->get_required() && !option->get_positional() && option->count() == 0)
      return needs + option->get_name() + " " + option->get_type_name() + ": " + option->get_description();
  return "";
}

std::string extra_word(const CLI::App& app, int argc, char** argv) {
  const Words words = words_of(app, argc, argv);
  const std::vector<std::string> commands = commands_of(*words.command);
  if (!words.arguments.empty() && !nearest(words.arguments.front(), commands).empty())
    return unknown_command(*words.command, words.path, words.arguments.front());
  const std::vector<const CLI::Option*> wanted = arguments_of(*words.command);
  if (words.arguments.size() <= wanted.size()) return "";
  std::string takes;
  for (const CLI::Option* argument : wanted) takes += " " + argument->get_type_name();
  const bool reads = words.command->get_option_no_throw("--input") != nullptr;
  return "'" + words.arguments[wanted.size()] + "' is one argument too many for '" + words.path + "'; " +
         (reads            ? "a file with texts is given with --input"
          : wanted.empty() ? "it takes options only"
                           : "it takes" + takes);
}

}  // namespace mtt
