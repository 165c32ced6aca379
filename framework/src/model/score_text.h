// A task's score for people and for programs.
#pragma once

#include <string>

#include "model/task_building.h"
#include "mtt/value.h"

namespace mtt {

/// "intent  accuracy 0.9375  macro_f1 0.9312  (64 examples of test.jsonl)\n"; an undefined score is shown as
/// such.
std::string score_text(const TaskScore& score);

/// {"task": ..., "file": ..., "examples": ..., "metrics": {...}}; an undefined score is null.
Value score_json(const TaskScore& score);

}  // namespace mtt
