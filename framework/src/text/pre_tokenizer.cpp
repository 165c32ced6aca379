#include "text/pre_tokenizer.h"

#include "text/byte_level.h"
#include "text/unicode.h"

namespace mtt {
namespace {

std::uint16_t flags(const Symbol& symbol) { return unicode::properties(symbol.c).flags; }

/// Cuts at white space and wherever `apart(left, right)`.
template <class Apart>
void split_words(std::span<const Symbol> text, const WordSink& word, const Apart& apart) {
  for (std::size_t i = 0; i < text.size();) {
    if (flags(text[i]) & unicode::kSpace) {
      ++i;
      continue;
    }
    const std::size_t first = i++;
    while (i < text.size() && !(flags(text[i]) & unicode::kSpace) && !apart(text[i - 1], text[i])) ++i;
    word(text.subspan(first, i - first));
  }
}

/// A text with a character before it that stands for what its first one stands for.
Symbols with_before(char32_t c, std::span<const Symbol> text) {
  Symbols result;
  result.reserve(text.size() + 1);
  result.push_back({c, text.front().begin, text.front().end});
  result.insert(result.end(), text.begin(), text.end());
  return result;
}

}  // namespace

void split_bert(std::span<const Symbol> text, const WordSink& word) {
  split_words(text, word, [](const Symbol& left, const Symbol& right) {
    return ((flags(left) | flags(right)) & unicode::kPunctuation) != 0;
  });
}

void split_whitespace(std::span<const Symbol> text, const WordSink& word) {
  split_words(text, word, [](const Symbol& left, const Symbol& right) {
    return ((flags(left) ^ flags(right)) & unicode::kWord) != 0;
  });
}

void split_at_spaces(std::span<const Symbol> text, const WordSink& word) {
  split_words(text, word, [](const Symbol&, const Symbol&) { return false; });
}

PreTokenizerStep byte_level(bool space_before) {
  return [space_before](std::span<const Symbol> text, const WordSink& word) {
    const bool lacks_space = space_before && text.front().c != U' ';
    split_byte_level(lacks_space ? with_before(U' ', text) : text, word);
  };
}

PreTokenizerStep metaspace(char32_t replacement, Prepend prepend, bool split) {
  return [=](std::span<const Symbol> text, const WordSink& word) {
    const char32_t start = text.front().c;
    const bool wanted = prepend == Prepend::always || (prepend == Prepend::first && text.front().begin == 0);
    Symbols whole = wanted && start != U' ' && start != replacement ? with_before(replacement, text)
                                                                    : Symbols(text.begin(), text.end());
    for (Symbol& symbol : whole)
      if (symbol.c == U' ') symbol.c = replacement;
    std::size_t first = 0;
    for (std::size_t i = 1; i < whole.size() && split; ++i) {
      if (whole[i].c != replacement) continue;
      word(std::span<const Symbol>(whole).subspan(first, i - first));
      first = i;
    }
    word(std::span<const Symbol>(whole).subspan(first));
  };
}

void PreTokenizer::split_from(std::size_t step, std::span<const Symbol> text, const WordSink& word) const {
  if (step == steps_.size()) return word(text);
  steps_[step](text, [&](std::span<const Symbol> part) { split_from(step + 1, part, word); });
}

}  // namespace mtt
