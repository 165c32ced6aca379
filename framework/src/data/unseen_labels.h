// Held-out labels that a head does not know.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "mtt/label_kind.h"
#include "mtt/label_set.h"

namespace mtt {

/// How often each name that is not `known` stands in the labels `held_out` of one kind, sorted.
std::vector<std::pair<std::string, std::int64_t>> unseen_labels(LabelKind kind, const LabelSet& known,
                                                                const std::vector<Value>& held_out);

}  // namespace mtt
