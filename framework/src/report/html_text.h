// Text within HTML and SVG.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace mtt {

/// The text with &, <, >, and both quotes as entities, and control characters as escapes: nothing of it is
/// markup.
std::string html_text(std::string_view utf8);

/// A table; the first row is its head. All cells are escaped.
std::string html_table(const std::vector<std::vector<std::string>>& rows);

/// A whole page with a title and our style, that needs no other file. `body` is markup.
std::string html_page(const std::string& title, const std::string& body);

/// The colour of a series or a class: distinguishable for colour-blind readers (Okabe and Ito 2008), grey
/// from the ninth on.
const char* series_colour(std::size_t index);

}  // namespace mtt
