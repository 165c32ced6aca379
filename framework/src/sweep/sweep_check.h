// The runs of a sweep, without starting them.
#pragma once

#include <filesystem>
#include <vector>

#include "plugin/plugin_catalog.h"
#include "report/console.h"
#include "value/overrides.h"

namespace mtt {

/// Lists the runs with their keys and overrides; a missing file throws Error.
void check_sweep(const std::filesystem::path& file, const std::vector<Override>& overrides,
                 PluginCatalog& plugins, Console& console);

}  // namespace mtt
