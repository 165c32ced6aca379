// What a freezing policy lets learn, for people and in numbers.
#pragma once

#include <cstdint>
#include <string>

#include "freeze/freeze_policy.h"
#include "model/multi_task_model.h"

namespace mtt {

/// Which tensor learns in which phase, with counts, as text.
std::string freeze_table(const FreezePolicy& policy, const MultiTaskModel& model);

/// How many parameters learn in any phase.
std::int64_t learning_parameters(const FreezePolicy& policy, const MultiTaskModel& model);

}  // namespace mtt
