// Checks of a head that changes its inputs. What is wrong throws Error.
#pragma once

#include "check/head_trial.h"

namespace mtt {

/// New ids and targets are the same for the same draws, and the input is left as it was. From here on the
/// trial has these targets for labels.
void check_transform(HeadTrial& trial);

}  // namespace mtt
