// The tables of [sweep] as overrides.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/value.h"
#include "sweep/sweep_plan.h"
#include "value/overrides.h"

namespace mtt {

/// A sweep with more runs is refused.
inline constexpr std::size_t kMostRuns = 10'000;

using Overrides = std::vector<Override>;

/// Whether a text consists of ASCII letters, digits and the characters of `more`, and is not empty.
bool is_plain(std::string_view text, std::string_view more);

/// A combination of values, and the overrides that set them.
struct GridPoint {
  SweepPoint shown;
  Overrides overrides;
};

/// What an arm changes.
struct SweepArm {
  std::string name;
  Overrides overrides;
  std::vector<GridPoint> tuning = {};  ///< values to choose from
};

/// All combinations of the arrays in a table of keys; one without values if it is empty. `axis` becomes the
/// name of the key if there is exactly one and all its values are numbers, otherwise "". `what` is the name
/// of the table in messages.
std::vector<GridPoint> read_grid(const Value& table, const std::string& what, std::string& axis);

/// The arms of [sweep.arms] with their tables `tune`.
std::vector<SweepArm> read_arms(const Value& table);

/// The overrides of a table of keys.
Overrides assignments(const Value& table, const std::string& what);

}  // namespace mtt
