// Files of one JSON value per line, as this program writes them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mtt/value.h"

namespace mtt {

/// The value of each line; a newline at the end starts no line. A line that is not JSON throws Error with
/// source:line:column.
std::vector<Value> parse_json_lines(std::string_view text, const std::string& source);

/// The text up to its last newline: without the line that an interrupted write left.
std::string_view whole_lines(std::string_view text);

}  // namespace mtt
