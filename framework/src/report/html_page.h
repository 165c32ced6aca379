// An HTML page that needs no other file.
#pragma once

#include <string>

namespace mtt {

/// A complete page with a title, a style (light and dark, narrow and wide, printed), and the script that
/// sorts tables. The page allows no other script and loads nothing. `body` is markup.
std::string html_page(const std::string& title, const std::string& body);

}  // namespace mtt
