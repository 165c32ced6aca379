// Checks of how a head is fitted: closed forms and the one minimum of a convex loss. What is wrong throws
// Error.
#pragma once

#include "check/head_trial.h"

namespace mtt {

/// For a head with closed forms: each gives finite logits.
void check_closed_forms(const HeadTrial& trial);

/// For a convex head: with a penalty on all parameters, the loss has one minimum, wherever the search begins.
void check_convex(const HeadTrial& trial);

}  // namespace mtt
