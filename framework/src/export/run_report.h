// Runs as one page of pictures.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "plugin/plugin_catalog.h"

namespace mtt {

/// One HTML page about several runs, which needs no other file and runs no script: the table that compares
/// them; for each run its scores, the curves of its training, what its heads took for what on held-out
/// examples, entities on the text, a map of the sentence vectors, and its configuration. What cannot be shown
/// (a model that is gone) is said in its place. A directory that is no run throws Error.
std::string report_page(const std::vector<std::filesystem::path>& runs, std::int64_t threads,
                        PluginCatalog& plugins);

}  // namespace mtt
