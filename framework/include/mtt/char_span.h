// A range of characters in a text.
#pragma once

#include <cstdint>

namespace mtt {

/// A range of characters of the original text, in Unicode code points, end exclusive.
struct CharSpan {
  std::int32_t begin = 0;
  std::int32_t end = 0;
};

}  // namespace mtt
