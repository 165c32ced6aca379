// What is refused before the TOML parser sees a byte.
#pragma once

#include <string>
#include <string_view>

namespace mtt {

/// Refuses more than 1 MiB, invalid UTF-8, and nesting or dotted keys of more than 32 parts, which would
/// overflow the parser's stack. Throws Error with source:line:column.
void check_toml_limits(std::string_view bytes, const std::string& source);

}  // namespace mtt
