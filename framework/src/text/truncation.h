// Which tokens of a text, or of a pair of texts, are cut off.
#pragma once

#include <array>
#include <cstdint>

namespace mtt {

/// The end of a text that is cut off.
enum class TruncatedEnd : std::uint8_t { left, right };

/// How many tokens two texts keep if `room` tokens fit, as "longest_first" of Hugging Face tokenizers. The
/// shorter text keeps at most half of the room (rounded down), the longer one keeps the rest of the room. Of
/// two texts of the same length, the first counts as the shorter one.
std::array<std::int64_t, 2> longest_first(std::int64_t first, std::int64_t second, std::int64_t room);

}  // namespace mtt
