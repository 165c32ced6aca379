// What tests of pictures and pages have in common.
#pragma once

#include <string>

#include "catch.h"

/// A text that is markup where it is not escaped.
inline const std::string kHostile = "<script>alert(\"x\")</script>&'\x01";

/// How often a part stands in a text.
inline std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; at += part.size()) ++found;
  return found;
}

/// Every tag that opens is closed, apart from those that need no end.
inline void check_balanced(const std::string& markup) {
  for (const char* tag :
       {"figure", "svg", "text", "table", "tr", "td", "th", "mark", "sub", "title", "div"}) {
    INFO(tag << "\n" << markup);
    const std::string name = tag;
    CHECK(count(markup, "<" + name + ">") + count(markup, "<" + name + " ") ==
          count(markup, "</" + name + ">"));
  }
  CHECK(markup.find("<script") == std::string::npos);
  CHECK(markup.find('\x01') == std::string::npos);
}
