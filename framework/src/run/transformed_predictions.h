// Predictions for inputs that a task's head changes.
#pragma once

#include <vector>

#include "data/examples.h"
#include "model/session.h"
#include "mtt/value.h"

namespace mtt {

/// One prediction per example, and what it should be: the head's targets, as an array.
struct TransformedPredictions {
  std::vector<Value> predictions, labels;
};

/// Runs a task whose head transforms its inputs over all examples. The draws of an example depend on its
/// number alone. A task on pairs needs second texts; without them it throws Error.
TransformedPredictions predict_transformed(const Task& task, const Examples& examples,
                                           const std::string& file, const Session& session);

}  // namespace mtt
