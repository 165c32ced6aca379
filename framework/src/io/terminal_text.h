// Text that is safe to print.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace mtt {

/// The text with control characters, line breaks and bytes that are no UTF-8 written as escapes, so that no
/// input moves the cursor or forges lines.
std::string printable(std::string_view bytes);

/// The same for text of several lines, which may be coloured: line ends, tabs and colours stay.
std::string printable_text(std::string_view bytes);

/// At most `width` columns (one a code point), the end replaced by "…" where it is cut.
std::string shortened(std::string_view utf8, std::size_t width);

/// A number in a printf pattern for doubles.
std::string formatted(const char* pattern, double value);

/// Padded on the right to `width` columns.
std::string padded(std::string_view utf8, std::size_t width);

/// Rows of cells in columns, two blanks between them.
std::string columns_text(const std::vector<std::vector<std::string>>& rows);

/// The text without terminal colours.
std::string without_colours(std::string_view text);

/// True where standard output is a terminal that should show colours (NO_COLOR unset).
bool colours_wanted();

}  // namespace mtt
