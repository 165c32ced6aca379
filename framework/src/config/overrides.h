// `--set a.b=value`.
#pragma once

#include <string>
#include <vector>

#include "mtt/value.h"

namespace mtt {

/// Applies overrides in order to a configuration. The right side is TOML where it parses as a TOML value, else a
/// string. A place of an override is `--set a.b=value`. A path through something that is no table throws Error.
void apply_overrides(Value& config, const std::vector<std::string>& overrides);

}  // namespace mtt
