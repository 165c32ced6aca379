// What an experiment file says: its tables and keys are declared here, once.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "mtt/options.h"
#include "mtt/value.h"
#include "value/overrides.h"

namespace mtt {

/// The declared keys of one table of the experiment file.
struct Section {
  std::string name;     ///< "", "backbone", "data", "tasks.<name>", "train", "freeze", ...
  std::string summary;  ///< one sentence
  OptionList options;
};

/// All sections in the order of the file; docs/config.md and every check come from them. The options of
/// plugins come on top: a backbone's in [backbone.options], a head's inside [tasks.<name>], a weighting's
/// inside [weighting].
std::vector<Section> experiment_sections();

/// The tables that declare a key: "[data] or [tasks.<name>]"; "" where none does.
std::string tables_with(std::string_view key);

/// For messages on the keys of an experiment file: `tables_with`, and what other systems call keys and words.
OptionHints experiment_hints();

/// One [tasks.<name>].
struct TaskConfig {
  std::string name;  ///< [A-Za-z0-9_-]+
  Options options;   ///< the keys of "tasks.<name>" that every task has
  Value head;        ///< the other keys: the head plugin's own, read later by read_head_options
};

/// An experiment file with overrides applied, read strictly except for the options of plugins. Paths are
/// absolute.
struct Experiment {
  std::filesystem::path file;
  Value source;  ///< the tree as written, with places, after overrides
  Options top;
  Options backbone;
  Options data;
  bool trains = false;  ///< the file has [train]
  /// Whether it has epochs, too.
  bool has_epochs() const { return trains && train.integer("epochs") > 0; }
  Options train;
  Options freeze;
  Options weighting;                            ///< the keys that every weighting has
  Value weighting_own = Value(Value::Table{});  ///< the other keys: the plugin's own
  Options sampler;
  Options cache;
  Options show;
  Options run;
  Options sweep;
  std::vector<TaskConfig> tasks;

  /// Reads a file; later overrides win. `${MTT_DATA}` within paths is expanded. A relative path is relative
  /// to the file's folder, in an override of the command line (kSetOption) to the working directory.
  static Experiment read(const std::filesystem::path& file, const std::vector<Override>& overrides);

  std::string name() const;  ///< the key `name`, or the file's name without its ending
};

/// An override that the file itself makes, as the command line has to give it: paths are absolute.
Override for_command_line(const Override& change, const std::filesystem::path& file);

/// Reads the keys of a task that are its head's own; one that neither the framework nor the head declares is
/// refused with the nearest name.
Options read_head_options(const TaskConfig& task, const OptionList& head_options);

/// The same for [weighting].
Options read_weighting_options(const Experiment& experiment, const OptionList& plugin_options);

}  // namespace mtt
