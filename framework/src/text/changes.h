// Replacing characters without losing where they came from.
#pragma once

#include <vector>

#include "text/symbol.h"

namespace mtt {

/// A character of a changed text. `more`: how many characters it is more (1) or fewer (negative) than the one
/// of the text before that it takes the place of.
struct Change {
  char32_t c = 0;
  int more = 0;
};

/// Gives the characters of `changes` the ranges that the reference tokenizers give them: an inserted one that
/// of the character before it, at the very start the empty range at `origin`.
void apply_changes(Symbols& symbols, const std::vector<Change>& changes, std::int32_t origin);

}  // namespace mtt
