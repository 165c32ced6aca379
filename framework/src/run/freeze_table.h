// Which parameters a freezing policy trains, for people and in numbers.
#pragma once

#include <cstdint>
#include <string>

#include "freeze/freeze_policy.h"
#include "model/multi_task_model.h"

namespace mtt {

/// How many parameters are trainable in each phase, a line for each group: embeddings, each layer of the
/// encoder (numbered from 0, as in the names of parameters), adapters, dense modules after pooling, each
/// head, all together. Of more than six phases a line names those in which the group has trainable
/// parameters.
std::string trainable_table(const FreezePolicy& policy, const MultiTaskModel& model);

/// For each tensor its size and whether it is trainable, phase by phase.
std::string tensor_table(const FreezePolicy& policy, const MultiTaskModel& model);

/// How many parameters are trainable in any phase.
std::int64_t learning_parameters(const FreezePolicy& policy, const MultiTaskModel& model);

}  // namespace mtt
