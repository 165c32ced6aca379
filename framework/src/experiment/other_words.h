// What words that other systems use as values of options are called in an experiment file.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace mtt {

/// A word of other systems as the value of an option, and what to write here instead; for messages only.
struct OtherWord {
  std::string_view option, other, own;
};

/// All such words. Heads and weightings declare theirs themselves, as `other_names`.
std::span<const OtherWord> other_words();

/// ("pooling", "avg") → "mean"; "" for any other word.
std::string own_word(std::string_view option, std::string_view word);

}  // namespace mtt
