// Files in which UTF-8 and Latin-1 are mixed.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mtt {

/// Text of a file whose bytes are not all UTF-8.
struct MixedText {
  std::string utf8;
  std::int64_t repaired = 0;                      ///< characters that were not UTF-8
  std::int32_t first_line = 0, first_column = 0;  ///< where the first of them stands, from 1
};

/// What is UTF-8 stays as it is; the two halves of a surrogate pair, each written with three bytes (CESU-8),
/// become the one character that they stand for; any other byte is a character of Latin-1.
MixedText read_mixed_text(std::string_view bytes);

}  // namespace mtt
