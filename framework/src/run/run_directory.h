// The directory of a run: a configuration and the heads that it made, ready to be used again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/text_keys.h"
#include "experiment/experiment.h"
#include "freeze/freeze_policy.h"
#include "model/encoder.h"
#include "run/task_building.h"

namespace mtt {

/// The folder of a run's fitted probes, until it is complete.
inline constexpr const char* kProbes = "probes";

/// True where a directory is a run's (it has config.toml).
bool is_run_directory(const std::filesystem::path& directory);

/// The configuration of a run.
Experiment read_run_config(const std::filesystem::path& directory, const std::vector<Override>& overrides);

/// Throws Error where a new run cannot have a directory: what is there is no directory, or holds other things
/// than a run or a training that is not finished, or it cannot be created or written into. Writes nothing.
void check_run_directory(const std::filesystem::path& directory);

/// Makes the directory, or takes one that is empty or a run's; the results of a complete older run are moved
/// into its folder `previous`, those of an incomplete one removed. Anything else in it, or a training that is
/// not finished, throws Error, so that nothing of the user's is ever overwritten.
void claim_run_directory(const std::filesystem::path& directory);

/// The folder with the results of the run before, itself a run's directory; empty: there are none.
std::filesystem::path previous_results(const std::filesystem::path& directory);

/// Removes the results of the run before, once the new ones are complete.
void remove_previous(const std::filesystem::path& directory);

/// Throws Error where a run's configuration is not the one given, but for run.threads.
void check_same_config(const std::filesystem::path& directory, const Value& resolved_config);

/// True where a training has written all that it gives, and no checkpoint is left to go on from.
bool is_finished_run(const std::filesystem::path& directory);

/// Writes config.toml: from here on the directory is a run's.
void save_config(const std::filesystem::path& directory, const Value& resolved_config);
/// How to train a finished run further, as the end of a sentence.
std::string more_epochs_hint(const std::filesystem::path& directory);

/// Writes backbone.safetensors: what training changed below the heads, and the parameters `changed`, which
/// were not the model's at the start; none where there are none.
void save_trained_backbone(const std::filesystem::path& directory, const MultiTaskModel& model,
                           const FreezePolicy& policy, const std::vector<std::string>& changed);
/// Writes heads/<task>/head.json and model.safetensors.
void save_heads(const std::filesystem::path& directory, const MultiTaskModel& model);

/// Where the labels and texts of a task are, in files like those that it learned from.
struct TaskData {
  std::string field;                   ///< the key of the label
  std::vector<std::string> test = {};  ///< its test files
  TextKeys keys = {};                  ///< of its texts
  std::vector<std::string> tags = {};  ///< names of integer tags
};

/// A run that was loaded again.
struct LoadedRun {
  Experiment experiment;
  Encoder encoder;                  ///< with its tasks
  std::vector<TaskData> task_data;  ///< one per task
  AdapterSettings adapters;
  std::vector<std::string>
      trained;  ///< parameters below the heads that the run changed: "backbone.layers.5..."
};

/// Loads a run. Paths of plugins in its configuration are not followed: a run may name a plugin, not bring
/// one.
LoadedRun load_run(const std::filesystem::path& directory, const std::vector<Override>& overrides,
                   PluginCatalog& plugins);

}  // namespace mtt
