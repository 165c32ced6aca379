// Cutting a text where a string occurs in it.
#pragma once

#include <string>

#include "text/pre_tokenizer.h"

namespace mtt {

/// What becomes of the places where the string occurs: they are dropped, words of their own, the end of the
/// word before, the beginning of the word after, or words together with those beside them.
enum class SplitBehavior { removed, isolated, merged_with_previous, merged_with_next, contiguous };

/// Cuts around a string that is not empty, wherever it occurs, leftmost first. `inverted`: what lies between
/// the places is treated as they are.
PreTokenizerStep literal_split(std::u32string text, SplitBehavior behavior, bool inverted);

}  // namespace mtt
