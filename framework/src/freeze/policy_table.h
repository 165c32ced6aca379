// The freezing policies, a row each.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "freeze/freeze_policy.h"
#include "mtt/options.h"

namespace mtt {

/// What a policy is made for.
struct PolicyContext {
  const Options& freeze;  ///< [freeze]
  std::int64_t layers;    ///< of the backbone
  const std::vector<std::string>& tasks;
  const HeadsAtStart& heads;
};

/// A policy of [freeze].
struct PolicyRow {
  std::string name;
  std::string summary;  ///< what the name does not say; may be empty
  OptionList options;   ///< the keys of [freeze] that it reads: all new, or all those of rows above
  FreezePolicy (*make)(const PolicyContext&);                    ///< all but the adapters
  AdapterSettings (*adapters)(const Options& freeze) = nullptr;  ///< none: it adds no adapters
};

/// All policies, in the order of the documentation.
const std::vector<PolicyRow>& freeze_policies();

/// The row of a name, which is one of them.
const PolicyRow& freeze_policy_row(std::string_view name);

}  // namespace mtt
