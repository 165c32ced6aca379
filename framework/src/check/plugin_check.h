// A plugin file through the contracts of all that it registers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "report/console.h"

namespace mtt {

/// What `mtt plugins check` is asked.
struct PluginCheck {
  std::filesystem::path file;
  std::vector<std::string> options;  ///< KEY=VALUE of the plugin's own options
  std::filesystem::path config;      ///< a model's config.json for backbones; empty: a small one
  std::int64_t seconds = 120;        ///< after which the check is given up
};

/// Loads the plugin into this process and writes the lines of ContractReport to standard output; what the
/// plugin prints goes to standard error. → failed
bool check_plugin_here(const PluginCheck& check);

/// Does so in a process of its own, and says on the console what held and what did not; a process that dies
/// or hangs is a failure of the step at which it did. → failed
bool check_plugin(const PluginCheck& check, Console& console);

}  // namespace mtt
