// The keys of [weighting] that every weighting has.
#pragma once

#include "mtt/options.h"

namespace mtt {

/// The keys of [weighting] that every weighting has.
OptionList weighting_options();

}  // namespace mtt
