// The spans of a task's examples, checked.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/whole_words.h"
#include "mtt/value.h"

namespace mtt {

/// What to check where more than half of a file's spans are moved to whole words, which is a mistake in the
/// file rather than in single spans; "" for fewer.
std::string moved_hint(std::int64_t moved, std::int64_t spans);

/// What the spans of a task's examples are like.
struct SpanReport {
  std::int64_t spans = 0;
  std::int64_t wrong = 0;   ///< examples with spans that cannot be (whole_words.h), or that lack a label
  std::int64_t moved = 0;   ///< spans that are not those of whole words
  std::int64_t beyond = 0;  ///< spans that end behind the last token that the model reads
  std::vector<std::string> wrong_first, moved_first;  ///< the first five, with file:line

  /// Checks an array of {"start", "end", "label"} of a text, or of both texts of a joint pair, and moves it
  /// to whole words. `second_text`: null for a text alone.
  void add(Value& spans, const std::string& text, const std::string* second_text, const TextReader& reader);
  /// Adds the counts of another report, and its first examples.
  void add(const SpanReport& other);
};

}  // namespace mtt
