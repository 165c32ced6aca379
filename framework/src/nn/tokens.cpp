#include "mtt/tokens.h"

namespace mtt {

std::vector<LengthGroup> TokenBatch::length_groups() const {
  std::vector<LengthGroup> groups;
  for (std::int64_t s = 0; s < sentences(); ++s) {
    const std::int64_t n = length(s);
    if (!groups.empty() && groups.back().length == n && groups.back().first + groups.back().count == s)
      ++groups.back().count;
    else
      groups.push_back({s, 1, n});
  }
  return groups;
}

}  // namespace mtt
