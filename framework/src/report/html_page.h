// A page of HTML that needs no other file.
#pragma once

#include <string>

namespace mtt {

/// A whole page with a title, our style for light and dark, narrow, wide and printed pages, and the script
/// that sorts tables, the only one that the page allows. It loads nothing. `body` is markup.
std::string html_page(const std::string& title, const std::string& body);

}  // namespace mtt
