// `--set key=value`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "value/overrides.h"

namespace mtt {

/// Adds --set.
void add_set(CLI::App& verb, std::vector<std::string>& assignments);
/// The assignments of --set.
std::vector<Override> set_overrides(const std::vector<std::string>& assignments);
/// Those of the environment, then those of --set.
std::vector<Override> experiment_overrides(const std::vector<std::string>& assignments);

}  // namespace mtt
