// One plugin file.
#pragma once

#include <filesystem>
#include <string>

#include "mtt/registry.h"

namespace mtt {

/// What a plugin file offers. Its code stays in memory until the process ends: objects, exceptions and
/// gradients that it made may outlive every handle.
struct PluginLibrary {
  std::filesystem::path file;
  std::string name;
  std::string version;
  Registry registry;
};

/// Loads a plugin: checks the file, its descriptor and its ABI tag, then lets it register into an empty
/// registry. Whatever is wrong throws Error that names the file and says what to do. `file` is absolute.
PluginLibrary load_plugin(const std::filesystem::path& file);

}  // namespace mtt
