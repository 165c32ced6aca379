// The keys of [cache].
#pragma once

#include "mtt/options.h"

namespace mtt {

/// The keys of [cache].
OptionList cache_options();

}  // namespace mtt
