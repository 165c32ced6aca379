// TOML to Value, capped before the parser sees it. The only place that knows toml++.
#pragma once

#include <string>
#include <string_view>

#include "mtt/value.h"

namespace mtt {

/// Parses TOML; every value carries source:line:column. Refused before parsing: more than 1 MiB, invalid
/// UTF-8, nesting or dotted keys deeper than 32 parts. Dates and times are refused, as are NaN and
/// infinities.
Value parse_toml(std::string_view bytes, const std::string& source);

/// A value on one line: tables as {inline tables}.
std::string toml_value_text(const Value& value);

/// A value as TOML text: tables as [sections], numbers that round-trip.
std::string toml_text(const Value& table);

}  // namespace mtt
