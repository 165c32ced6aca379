// From characters to words.
#pragma once

#include <cstddef>
#include <span>

#include "text/byte_level.h"
#include "text/symbol.h"
#include "text/unicode.h"

namespace mtt {

/// How text is cut into words, by the names of tokenizer.json.
enum class PreTokenizer {
  none,              ///< the text is one word
  bert,              ///< at white space, and each punctuation character alone
  whitespace,        ///< \w+ and runs of other characters that are no white space
  whitespace_split,  ///< at white space
  byte_level,        ///< by GPT-2's pattern
};

/// Calls word(first, last) for each non-empty word, in order.
template <class Word>
void split_words(PreTokenizer kind, std::span<const Symbol> text, const Word& word) {
  const auto flags = [&text](std::size_t i) { return unicode::properties(text[i].c).flags; };
  const auto is_alone = [&](std::size_t i) {
    return kind == PreTokenizer::bert && flags(i) & unicode::kPunctuation;
  };
  const auto is_word = [&](std::size_t i) { return (flags(i) & unicode::kWord) != 0; };
  if (kind == PreTokenizer::byte_level) return split_byte_level(text, word);
  if (kind == PreTokenizer::none) {
    if (!text.empty()) word(std::size_t{0}, text.size());
    return;
  }
  std::size_t i = 0;
  while (i < text.size()) {
    if (flags(i) & unicode::kSpace) {
      ++i;
      continue;
    }
    const std::size_t first = i++;
    if (!is_alone(first)) {
      while (i < text.size() && !(flags(i) & unicode::kSpace) && !is_alone(i) &&
             (kind != PreTokenizer::whitespace || is_word(i) == is_word(first)))
        ++i;
    }
    word(first, i);
  }
}

}  // namespace mtt
