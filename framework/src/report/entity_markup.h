// Highlighted entities in a text.
#pragma once

#include <string>
#include <string_view>

#include "mtt/value.h"

namespace mtt {

/// The text as markup in which every span {"start", "end", "label"} (code points, in order, without overlaps)
/// is highlighted and followed by its label.
std::string entity_markup(const Value::Array& spans, std::string_view text);

}  // namespace mtt
