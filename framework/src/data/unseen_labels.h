// Held-out labels that no training example has.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "mtt/value.h"

namespace mtt {

/// How often each label that `train` does not have stands in `held_out`, sorted: classes, members of sets of
/// classes, labels of spans. Numbers are no classes: where all labels of `train` are numbers, there are none.
std::vector<std::pair<std::string, std::int64_t>> unseen_labels(const std::vector<Value>& train,
                                                                const std::vector<Value>& held_out);

}  // namespace mtt
