// A character on its way through the normalizer.
#pragma once

#include <cstdint>
#include <vector>

namespace mtt {

/// A code point and the range of original code points that it stands for.
struct Symbol {
  char32_t c = 0;
  std::int32_t begin = 0;
  std::int32_t end = 0;
};

using Symbols = std::vector<Symbol>;

}  // namespace mtt
