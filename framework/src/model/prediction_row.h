// The predictions of a text as a line of output.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/task.h"
#include "mtt/value.h"

namespace mtt {

/// The predictions of a text: {"<task>": prediction, ...}; those of heads with random weights get
/// "untrained": true, and tasks without a prediction are left out.
Value task_predictions(const std::vector<Task>& tasks, const std::vector<std::vector<Value>>& predictions,
                       std::int64_t row);

/// One line of predictions: {"text": ..., "<task>": prediction, ...}. A second text stands behind the text.
Value prediction_row(const std::string& text, const std::optional<std::string>& second_text,
                     const std::vector<Task>& tasks, const std::vector<std::vector<Value>>& predictions,
                     std::int64_t row);

}  // namespace mtt
