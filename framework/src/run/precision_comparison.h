// A model in fp32 beside itself in a reduced precision.
#pragma once

#include <string>
#include <vector>

#include "eval/precision_gate.h"
#include "model/session.h"
#include "run/scores.h"

namespace mtt {

/// Encodes the texts in both precisions and pairs the scores, which are of the same tasks and files in the
/// same order. Scores without a metric, and that of all tasks together, are left out.
PrecisionGate compare_precisions(Session& fp32, Session& reduced, const std::vector<std::string>& texts,
                                 const std::vector<TaskScore>& fp32_scores,
                                 const std::vector<TaskScore>& reduced_scores);

}  // namespace mtt
