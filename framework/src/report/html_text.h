// Text within HTML and SVG.
#pragma once

#include <string>
#include <string_view>

namespace mtt {

/// The text with &, <, >, and both quotes as entities, and control characters as escapes, so it contains no
/// markup.
std::string html_text(std::string_view utf8);

}  // namespace mtt
