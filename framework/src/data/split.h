// Held-out examples drawn from a training file.
#pragma once

#include <cstdint>
#include <vector>

#include "data/examples.h"

namespace mtt {

/// Indices into examples, each list ascending; together they are all of them.
struct Split {
  std::vector<std::int64_t> train, dev;
};

/// Draws about `dev_share` (0 to 0.5) of the examples; 0 draws none. A text's side is drawn from the seed and
/// the text alone (lower case, white space folded), so that the same text falls on the same side wherever it
/// occurs, in this file or another, and new examples move none of the old. Pairs that share a sentence, also
/// through others, stay together. A side that would be empty throws Error.
Split split_examples(const Examples& examples, double dev_share, std::uint64_t seed);

}  // namespace mtt
