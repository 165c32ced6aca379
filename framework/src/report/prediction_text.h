// A prediction as text.
#pragma once

#include <string>
#include <string_view>

#include "mtt/value.h"

namespace mtt {

/// One line: entities marked within their text ("play [Yesterday](song 0.91)"), labels with their score
/// ("weather 0.93"), anything else as JSON.
std::string prediction_text(const Value& prediction, std::string_view text);

}  // namespace mtt
