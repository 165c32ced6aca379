// Spans of characters, moved to the words that a tokenizer sees.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mtt/char_span.h"
#include "mtt/value.h"
#include "text/tokenizer.h"

namespace mtt {

/// A text as a model reads it; characters are code points of the text without the prompt.
struct ReadText {
  std::vector<CharSpan> words;  ///< of the whole text: a word-initial sub-word and those that follow it
  std::int64_t tokens = 0;      ///< of the whole text, prompt and special tokens included
  std::int32_t end = 0;         ///< behind the last character that is read; the text's end if not truncated
};

/// An example as a task reads it: a text alone, or both texts of a joint pair. It refers to the texts.
struct ReadExample {
  const std::string& text;
  const std::string* second_text;  ///< null: none
  ReadText first, second;          ///< `tokens` of a joint pair are those of both texts
};

/// Reads texts behind a prompt, of each at most `max_tokens` tokens (0: no limit). The tokenizer must live as
/// long as it.
class TextReader {
 public:
  TextReader(const Tokenizer& tokenizer, std::int64_t max_tokens, std::string prompt);
  ReadText read(const std::string& text) const;
  /// `second_text`: that of a joint pair, or null.
  ReadExample read(const std::string& text, const std::string* second_text) const;
  std::int64_t max_tokens() const { return max_tokens_; }

 private:
  CharSpan behind_prompt(CharSpan chars) const;
  /// The words of one text of an input, 0 or 1.
  std::vector<CharSpan> words_of(const Tokens& tokens, int text) const;
  /// Behind the last character of that text that has a token.
  std::int32_t end_of(const Tokens& tokens, int text) const;

  const Tokenizer& tokenizer_;
  std::int64_t max_tokens_;
  std::string prompt_;
  std::int32_t prompt_characters_;
};

/// Whether a label is an array of spans, tables with integers "start" and "end"; an empty array is one.
bool is_span_list(const Value& label);

/// The spans of one label as those of whole words.
struct WholeWordSpans {
  Value spans;  ///< the label itself where nothing moved
  std::int64_t count = 0;
  std::vector<std::string> moved;  ///< one a span that changed: 'a.jsonl:1: 0..4 "wake" becomes 0..5 "waker"'
};

/// The one rule for spans, in code points of their text, that are not whole words: white space at a span's
/// ends is dropped, and the span then covers each word that it overlaps. A span that overlaps no word (its
/// characters are none to the tokenizer) stays as it is. A word that two spans would cover belongs to the
/// first; the second begins at its next word, or is left out where it has none. A span that is negative,
/// empty but for white space, or beyond the text, and two that overlap throw Error with their place.
/// Spans with "in": "text_pair" are in the second text of a joint pair; without one they are refused.
WholeWordSpans whole_word_spans(const Value& spans, const ReadExample& example);

/// How many spans of a label end behind what is read of their text.
std::int64_t spans_beyond(const Value& spans, const ReadExample& example);

}  // namespace mtt
