// Projects of new plugins.
#pragma once

#include <filesystem>
#include <string>

namespace mtt {

/// Writes the project of a plugin from the templates beside the library (share/mtt/templates/<kind>), in
/// which
/// @NAME@ and @TITLE@ stand for the plugin's name and its class's. A name that is none, a kind without a
/// template, or a directory that holds something throws Error, and nothing is left behind.
void write_plugin_project(const std::string& kind, const std::string& name,
                          const std::filesystem::path& directory);

}  // namespace mtt
