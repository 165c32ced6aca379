// The directory of a run: a configuration and the heads that it made, ready to be used again.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/experiment.h"
#include "model/encoder.h"
#include "run/task_building.h"

namespace mtt {

/// True where a directory is a run's (it has config.toml).
bool is_run_directory(const std::filesystem::path& directory);

/// The configuration of a run.
Experiment read_run_config(const std::filesystem::path& directory, const std::vector<Override>& overrides);

/// Makes the directory, or takes one that is empty or a run's; the results of an older run are
/// removed. Anything else in it throws Error, so that nothing of the user's is ever overwritten.
void claim_run_directory(const std::filesystem::path& directory);

/// Writes config.toml: from here on the directory is a run's.
void save_config(const std::filesystem::path& directory, const Value& resolved_config);
/// Writes heads/<task>/head.json and model.safetensors.
void save_heads(const std::filesystem::path& directory, const MultiTaskModel& model);

/// A run that was loaded again.
struct LoadedRun {
  Experiment experiment;
  Encoder encoder;                              ///< with its tasks
  std::vector<std::string> fields, test_files;  ///< one a task
};

/// Loads a run. Paths of plugins in its configuration are not followed: a run may name a plugin, not bring
/// one.
LoadedRun load_run(const std::filesystem::path& directory, const std::vector<Override>& overrides,
                   PluginCatalog& plugins);

}  // namespace mtt
