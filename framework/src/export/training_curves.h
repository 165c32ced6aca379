// Curves of a training.
#pragma once

#include <string>

#include "export/reported_run.h"

namespace mtt {

/// Figures of metrics.jsonl: for each task its loss and its scores on the validation set, then weights,
/// gradients and learning rate. The step whose weights were kept is marked. "" if nothing was trained.
std::string training_curves(const ReportedRun& run);

}  // namespace mtt
