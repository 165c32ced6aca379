// JSONL: one JSON object a line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/value.h"

namespace mtt {

/// One table a line, in order; blank lines at the end are passed over. Another blank line, a line that is no
/// JSON object, a byte order mark or bytes that are no text throw Error with source:line:column.
std::vector<Value> parse_jsonl(std::string_view bytes, const std::string& source);

/// The same for one line, without its end; places say that it is line `number`.
Value parse_jsonl_line(std::string_view line, const std::string& source, std::int64_t number);

}  // namespace mtt
