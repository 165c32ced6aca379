// Texts of one or more requests through one forward pass.
#pragma once

#include <vector>

#include "model/multi_task_model.h"
#include "model/pending_request.h"

namespace mtt {

/// Runs the model once over parts that go with each other, and puts the results into the responses of their
/// requests. An error may be due to any of them.
void answer_parts(const MultiTaskModel& model, const std::vector<RequestPart>& parts);

}  // namespace mtt
