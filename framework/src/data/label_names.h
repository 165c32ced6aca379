// The names in a label.
#pragma once

#include <string>
#include <vector>

#include "mtt/value.h"

namespace mtt {

/// A class or number itself, the members of a set of classes, the labels of spans. Another kind throws Error
/// with its place.
std::vector<std::string> label_names(const Value& label);

}  // namespace mtt
