// Spaces at the ends of a token, which may not count to its characters.
#pragma once

#include <algorithm>
#include <cstdint>

#include "mtt/char_span.h"

namespace mtt {

/// How many spaces a token has at its ends.
struct TokenSpaces {
  std::int32_t before = 0, after = 0;
};

/// Counts what is_space(item) says of the items of `text`.
template <class Text, class IsSpace>
TokenSpaces spaces_of(const Text& text, const IsSpace& is_space) {
  const auto before = std::find_if_not(text.begin(), text.end(), is_space) - text.begin();
  const auto after = std::find_if_not(text.rbegin(), text.rend(), is_space) - text.rbegin();
  return {static_cast<std::int32_t>(before), static_cast<std::int32_t>(after)};
}

/// The characters of a token without the spaces at its ends. `keeps_one`: a single space before it stays.
inline CharSpan without_spaces(CharSpan chars, TokenSpaces spaces, bool keeps_one) {
  if (spaces.before > 1 || (spaces.before == 1 && !keeps_one))
    chars.begin = std::min(chars.begin + spaces.before, chars.end);
  if (spaces.after > 0 && chars.end >= spaces.after)
    chars.end = std::max(chars.end - spaces.after, chars.begin);
  return chars;
}

}  // namespace mtt
