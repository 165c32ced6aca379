// Heads that read pairs of sentences.
#pragma once

#include <string>
#include <vector>

#include "model/inference.h"

namespace mtt {

/// What the head of a task that reads pairs says of each pair, from the model's own vectors of both
/// sentences; with its `top` most probable classes, see add_top_classes.
std::vector<Value> predict_pairs(const Task& task, const std::vector<std::string>& texts,
                                 const std::vector<std::string>& partners, const Inference& inference,
                                 std::int64_t top = 0);

}  // namespace mtt
