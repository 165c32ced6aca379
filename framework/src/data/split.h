// Held-out examples drawn from a training file.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/examples.h"

namespace mtt {

/// Indices into examples, each list ascending; together they are all of them.
struct Split {
  std::vector<std::int64_t> train, dev;
  /// Where dev differs from the share by more than a fifth: how many examples were expected, why there are
  /// more or fewer, and what to do. Otherwise empty.
  std::string note = {};
};

/// Draws `dev_share` (0 to 0.5) of the examples, rounded to whole ones; 0 draws none. Equal texts (in lower
/// case, white space folded) fall on the same side, as do pairs that share a sentence, also through others;
/// where a group is larger than the share, smaller ones are drawn instead, and `note` says so if they are too
/// few. Texts are ranked by draws from the
/// seed and the text alone: their order in the file does not matter, files with the same texts are split
/// alike, and a few new examples move few of the old. A side that would be empty throws Error.
Split split_examples(const Examples& examples, double dev_share, std::uint64_t seed);

/// The examples that share no sentence (in lower case, white space folded) with any of `others`: indices,
/// ascending.
std::vector<std::int64_t> unseen_examples(const Examples& examples,
                                          const std::vector<const Examples*>& others);

/// Draws `count` examples: indices, ascending. They are ranked by draws from the seed, the text and its
/// partner alone, so that fewer are always among more. At most as many as there are.
std::vector<std::int64_t> draw_examples(const Examples& examples, std::int64_t count, std::uint64_t seed);

}  // namespace mtt
