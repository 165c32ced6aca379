// POST /tasks: vectors and the predictions of all heads from one forward pass.
#pragma once

#include "mtt/value.h"
#include "serve/outcome.h"
#include "serve/served_model.h"

namespace mtt {

/// The body: {"inputs": ["text", ["text", "second text"], ...], "tasks": [...], "embedding": true, "top": K,
/// ...}; the answer: {"model", "results": [{"embedding", "tasks": {"<task>": prediction}, "skipped"}],
/// "usage"}. Predictions and vectors are those of `mtt predict` and `mtt encode`. A task that needs a second
/// text is named under "skipped" where there is none, and refused where it was asked for by name.
Outcome answer_tasks(const ServedModel& served, const Value& body);

}  // namespace mtt
