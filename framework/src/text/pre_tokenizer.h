// From characters to words.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "text/symbol.h"

namespace mtt {

/// Takes the words of a text one after another; none is empty.
using WordSink = std::function<void(std::span<const Symbol> word)>;
/// Cuts a text that is not empty.
using PreTokenizerStep = std::function<void(std::span<const Symbol> text, const WordSink& word)>;

/// Cuts at white space; each punctuation character is a word of its own.
void split_bert(std::span<const Symbol> text, const WordSink& word);
/// Cuts at white space, and between \w+ and runs of other characters.
void split_whitespace(std::span<const Symbol> text, const WordSink& word);
/// Cuts at white space alone.
void split_at_spaces(std::span<const Symbol> text, const WordSink& word);
/// GPT-2's pattern, see byte_level.h; with `space_before`, a space is put before a text that has none.
PreTokenizerStep byte_level(bool space_before);

/// Where Metaspace puts its character before a text that does not begin with it.
enum class Prepend { always, first, never };
/// SentencePiece's words: `replacement` takes the place of every space, and with `split` each one begins a
/// word. `first` is the very start of the original text.
PreTokenizerStep metaspace(char32_t replacement, Prepend prepend, bool split);

/// Steps in order, each cutting the words of the one before. Without any, a text is one word.
class PreTokenizer {
 public:
  PreTokenizer() = default;
  explicit PreTokenizer(std::vector<PreTokenizerStep> steps) : steps_(std::move(steps)) {}

  void split(std::span<const Symbol> text, const WordSink& word) const {
    if (!text.empty()) split_from(0, text, word);
  }

 private:
  void split_from(std::size_t step, std::span<const Symbol> text, const WordSink& word) const;

  std::vector<PreTokenizerStep> steps_;
};

}  // namespace mtt
