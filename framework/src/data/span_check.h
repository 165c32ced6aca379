// Spans against the words that the tokenizer sees.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/value.h"
#include "text/tokenizer.h"

namespace mtt {

/// Reads an array of {"start", "end", "label"} in code points of a text of so many characters. A span that is
/// empty, negative or beyond the text, has no label or overlaps another one throws Error with its place.
void check_spans(const Value& spans, std::int64_t characters);

/// What the spans of a task's examples are like. Token heads label words (a word-initial sub-word and those
/// that follow it), so that a span that ends within a word is widened to it.
struct SpanReport {
  std::int64_t spans = 0;
  std::int64_t wrong = 0;       ///< examples with spans beyond the text, empty, overlapping or without a key
  std::int64_t misaligned = 0;  ///< spans that are not those of whole words
  std::vector<std::string> wrong_first, misaligned_first;  ///< the first five, with file:line

  /// Checks an array of {"start", "end", "label"} in code points of a text.
  void add(const Value& spans, const std::string& text, const Tokenizer& tokenizer);
};

}  // namespace mtt
