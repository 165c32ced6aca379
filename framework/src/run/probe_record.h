// A fitted probe as a line of the console and as a record.
#pragma once

#include <string>

#include "probe/probe.h"

namespace mtt {

/// "logistic regression, C = 30 chosen on 120 and 30 held-out examples, loss 0.21, 0.4 s".
std::string probe_text(const ProbeFit& fit);

/// {"c", "examples", "loss", "seconds"}, for cost.json and checkpoints.
Value probe_json(const ProbeFit& fit);

}  // namespace mtt
