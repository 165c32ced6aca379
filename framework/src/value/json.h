// JSON, read strictly and with places.
#pragma once

#include <string>
#include <string_view>

#include "mtt/value.h"

namespace mtt {

/// Parses one JSON document. Errors (and every value) carry source:line:column. Refused: a byte order mark,
/// invalid UTF-8, NaN and infinities, duplicate keys, nesting deeper than 100, anything after the document.
/// `1.0` is a number, `1` an integer. Integers beyond 64 bits are numbers where a double holds them exactly,
/// and refused elsewhere.
Value parse_json(std::string_view bytes, const std::string& source);

/// The same for one line of a JSONL file: places say `line` instead of 1.
Value parse_json_line(std::string_view bytes, const std::string& source, std::int32_t line);

}  // namespace mtt
