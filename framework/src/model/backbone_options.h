// The keys of [backbone], and the words for poolings.
#pragma once

#include <string>
#include <vector>

#include "mtt/options.h"

namespace mtt {

/// The keys of [backbone].
OptionList backbone_options();

/// The words for poolings in an experiment: "model", "cls", "mean", ...
const std::vector<std::string>& pooling_words();

}  // namespace mtt
