// The most probable classes of a prediction.
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "model/task.h"
#include "mtt/value.h"

namespace mtt {

/// As many classes as there are.
inline constexpr std::int64_t kAllClasses = std::numeric_limits<std::int64_t>::max();

/// Gives each prediction of a head with class probabilities the key "top": [{"label": ..., "score": ...},
/// ...], at most `count` of the head's classes, the most probable first. Predictions of other heads stay as
/// they are. Probabilities of another shape than [predictions, classes], or that are not finite, throw Error
/// with the task.
void add_top_classes(const Task& task, const at::Tensor& logits, std::int64_t count,
                     std::vector<Value>& predictions);

}  // namespace mtt
