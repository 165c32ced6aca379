// The keys of [data].
#pragma once

#include "mtt/options.h"

namespace mtt {

/// The keys of [data].
OptionList data_options();

}  // namespace mtt
