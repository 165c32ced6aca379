// What a head starts from: its `init` and `penalty`.
#pragma once

#include <string>

#include "experiment/experiment.h"
#include "run/task_building.h"

namespace mtt {

/// Whether `init` is a closed form of the head.
bool known_method(const Task& task, const std::string& init);

/// Whether the head's probe is a closed form. With a penalty of the user's own it is fitted by that.
bool uses_exact_form(const TaskPlan& plan);

/// The initialisation of a task: what its `init` names, and for "auto" a logistic probe where the head is
/// convex (ridge for a convex regression that has it, unless `penalty` is a number), else the head's first
/// closed form, else "none"; without training examples "none".
std::string chosen_init(const TaskConfig& config, const Task& task, bool has_examples);

/// Whether a head starts where its penalised loss on the features, as they are, is lowest.
bool starts_at_optimum(const TaskPlan& plan);

/// Throws Error where an `init` or a `penalty` is not for this head.
void check_init(const TaskConfig& config, const Task& task);

}  // namespace mtt
