#include "text/truncation.h"

#include <algorithm>

namespace mtt {

std::array<std::int64_t, 2> longest_first(std::int64_t first, std::int64_t second, std::int64_t room) {
  if (first + second <= room) return {first, second};
  const std::int64_t shorter = std::min({first, second, room / 2});
  return first <= second ? std::array{shorter, room - shorter} : std::array{room - shorter, shorter};
}

}  // namespace mtt
