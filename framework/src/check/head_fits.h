// Checks of how a head is fitted: closed forms and the one minimum of a convex loss. What is wrong throws
// Error.
#pragma once

#include "check/head_trial.h"

namespace mtt {

/// Every closed form gives finite logits.
void check_closed_forms(const HeadTrial& trial);

/// With a penalty on all parameters, the loss of a convex head has one minimum, wherever the search begins.
void check_convex(const HeadTrial& trial);

}  // namespace mtt
