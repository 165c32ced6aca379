// The lines of a text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mtt {

/// The lines of a text: CR before LF is dropped, a trailing newline starts no line. A byte order mark or
/// invalid UTF-8 throws Error with source:line.
std::vector<std::string> split_lines(std::string_view bytes, const std::string& source);

/// Removes lines at the end that hold nothing but spaces and tabs.
void drop_blank_end(std::vector<std::string>& lines);

}  // namespace mtt
