// `--set a.b=value`.
#pragma once

#include <string>
#include <string_view>

#include "mtt/value.h"

namespace mtt {

/// How the origin of an override of the command line begins.
inline constexpr std::string_view kSetOption = "--set";

/// A value given outside the experiment file.
struct Override {
  std::string assignment;  ///< "run.seed=3"
  std::string origin;      ///< what messages call it: "--set run.seed=3", "MTT_THREADS"
};

/// Applies one override to a configuration. The right side is TOML where it parses as a TOML value, else a
/// string. A left side that is no dotted key, or that leads through something that is no table, throws Error.
/// Returns the value within the configuration.
const Value& apply_override(Value& config, const Override& change);

}  // namespace mtt
