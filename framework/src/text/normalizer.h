// What happens to characters before they are cut into words.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "text/symbol.h"

namespace mtt {

/// One pass over the characters. It changes `symbols` in place; the ranges of new characters follow the
/// reference tokenizers: an inserted character stands for what the one before it stood for, at the very start
/// for the empty range at `origin`.
struct NormalizerStep {
  std::function<void(Symbols& symbols, std::int32_t origin)> apply;
  double growth = 1.0;  ///< most characters that a file lets it make of one; 1 for those of Unicode
};

void clean_text(Symbols& symbols, std::int32_t origin);        ///< drops control characters; white space: ' '
void add_cjk_spaces(Symbols& symbols, std::int32_t origin);    ///< around CJK ideographs
void strip_nonspacing(Symbols& symbols, std::int32_t origin);  ///< drops nonspacing marks
void strip_marks(Symbols& symbols, std::int32_t origin);       ///< drops all marks
void lowercase(Symbols& symbols, std::int32_t origin);  ///< full lower case, without regard to neighbours
void nmt(Symbols& symbols, std::int32_t origin);        ///< SentencePiece's rules for controls and spaces

/// What a Replace looks for.
struct ReplacePattern {
  std::u32string text;   ///< not empty
  bool repeats = false;  ///< takes along what repeats the last character
};

/// Replaces what a pattern finds, leftmost first; new characters stand for the last one that was found.
NormalizerStep replace(ReplacePattern pattern, std::u32string content);
/// Puts text before one that is not empty; it stands for what the first character stands for.
NormalizerStep prepend_text(std::u32string text);
/// Drops white space at the ends.
NormalizerStep strip_spaces(bool left, bool right);

/// Steps in order.
class Normalizer {
 public:
  Normalizer() = default;
  explicit Normalizer(std::vector<NormalizerStep> steps) : steps_(std::move(steps)) {}

  void apply(Symbols& symbols, std::int32_t origin) const {
    for (const NormalizerStep& step : steps_) step.apply(symbols, origin);
  }

 private:
  std::vector<NormalizerStep> steps_;
};

}  // namespace mtt
