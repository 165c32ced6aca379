// Symbols of a text, and how they are shown.
#pragma once

#include <string>
#include <string_view>

#include "text/symbol.h"
#include "value/utf8.h"

/// Every code point stands for itself.
inline mtt::Symbols symbols_of(std::string_view utf8) {
  mtt::Symbols symbols;
  for (const char* p = utf8.data(); p != utf8.data() + utf8.size();) {
    const auto at = static_cast<std::int32_t>(symbols.size());
    symbols.push_back({mtt::read_code_point(p), at, at + 1});
  }
  return symbols;
}

/// Their code points as UTF-8.
template <class Range>
std::string utf8_of(const Range& symbols) {
  std::string text;
  for (const mtt::Symbol& symbol : symbols) {
    char bytes[4];
    text.append(bytes, static_cast<std::size_t>(mtt::write_code_point(symbol.c, bytes)));
  }
  return text;
}

/// "a0-1 b1-2": each code point with the range that it stands for.
inline std::string with_ranges(const mtt::Symbols& symbols) {
  std::string text;
  for (const mtt::Symbol& symbol : symbols)
    text += (text.empty() ? "" : " ") + utf8_of(mtt::Symbols{symbol}) + std::to_string(symbol.begin) + "-" +
            std::to_string(symbol.end);
  return text;
}
