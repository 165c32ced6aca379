// Bytes as printable characters, as GPT-2 writes its vocabulary.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "text/symbol.h"
#include "text/unicode.h"

namespace mtt {

/// The bytes that a token of a byte-level vocabulary stands for ("Ġthe" → " the"); none where a character
/// stands for no byte.
std::optional<std::string> bytes_of_token(std::string_view token);

/// Calls word(first, last) for every match of GPT-2's pattern (Radford et al. 2019): contractions, and runs
/// of letters, of numbers and of other characters, each with a space before it, and white space. Together
/// they cover the text.
template <class Word>
void split_byte_level(std::span<const Symbol> text, const Word& word) {
  const auto flags = [&](std::size_t i) { return unicode::properties(text[i].c).flags; };
  const auto is_space = [&](std::size_t i) { return (flags(i) & unicode::kSpace) != 0; };
  /// 1 letter, 2 number, 0 other
  const auto kind = [&](std::size_t i) {
    return flags(i) & unicode::kLetter ? 1 : flags(i) & unicode::kNumber ? 2 : 0;
  };
  const auto follows = [&](std::size_t i, std::u32string_view part) {
    if (text.size() - i < part.size()) return false;
    for (std::size_t k = 0; k < part.size(); ++k)
      if (text[i + k].c != part[k]) return false;
    return true;
  };
  for (std::size_t i = 0, end; i < text.size(); i = end) {
    end = i;
    if (text[i].c == U'\'')
      for (const std::u32string_view part : {U"'s", U"'t", U"'re", U"'ve", U"'m", U"'ll", U"'d"})
        if (end == i && follows(i, part)) end = i + part.size();
    if (end == i) {
      const std::size_t first = text[i].c == U' ' && i + 1 < text.size() && !is_space(i + 1) ? i + 1 : i;
      if (!is_space(first)) {
        const int run = kind(first);
        for (end = first; end < text.size() && !is_space(end) && kind(end) == run;) ++end;
      } else {
        while (end < text.size() && is_space(end)) ++end;
        if (end < text.size() && end - i > 1) --end;  // the last one belongs to what follows
      }
    }
    word(i, end);
  }
}

}  // namespace mtt
