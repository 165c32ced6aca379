// Held-out labels that heads do not know, told before they are scored.
#pragma once

#include <vector>

#include "data/examples.h"
#include "model/multi_task_model.h"
#include "report/messages.h"
#include "run/scores.h"

namespace mtt {

/// A warning for each held-out file with labels that its task's head does not know and so cannot predict. A
/// label that has no name at all throws Error with the task.
void warn_of_unseen_labels(const std::vector<HeldOut>& held_out, ExampleFiles& files,
                           const MultiTaskModel& model, Messages& messages);

}  // namespace mtt
