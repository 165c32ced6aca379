#include "probe/held_out_part.h"

#include <algorithm>
#include <map>

#include "mtt/random_stream.h"

namespace mtt {

ExampleParts hold_out(const std::vector<std::string>& strata, double share) {
  std::map<std::string, std::vector<std::int64_t>> members;
  for (std::size_t i = 0; i < strata.size(); ++i) members[strata[i]].push_back(static_cast<std::int64_t>(i));
  ExampleParts parts;
  double wanted = 0;
  std::int64_t taken = 0;
  std::uint64_t number = 0;
  for (auto& [name, examples] : members) {
    RandomStream(0, "probe", number++).shuffle(examples);
    const auto size = static_cast<std::int64_t>(examples.size());
    if (size > 1) wanted += share * static_cast<double>(size);
    const std::int64_t here =
        std::clamp(static_cast<std::int64_t>(wanted + 0.5) - taken, std::int64_t{0}, size - 1);
    taken += here;
    parts.held_out.insert(parts.held_out.end(), examples.begin(), examples.begin() + here);
    parts.kept.insert(parts.kept.end(), examples.begin() + here, examples.end());
  }
  std::sort(parts.kept.begin(), parts.kept.end());
  std::sort(parts.held_out.begin(), parts.held_out.end());
  return parts;
}

}  // namespace mtt
