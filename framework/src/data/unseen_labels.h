// Held-out labels that a head does not know.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "mtt/label_set.h"

namespace mtt {

/// How often each label that is not `known` stands in `held_out`, sorted.
std::vector<std::pair<std::string, std::int64_t>> unseen_labels(const LabelSet& known,
                                                                const std::vector<Value>& held_out);

}  // namespace mtt
