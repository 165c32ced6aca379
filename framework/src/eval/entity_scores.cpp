#include <algorithm>

#include "mtt/metrics.h"

namespace mtt {

F1 entity_f1(const std::vector<std::vector<Entity>>& predicted,
             const std::vector<std::vector<Entity>>& gold) {
  std::int64_t both = 0, guessed = 0;
  F1 result;
  for (std::size_t i = 0; i < gold.size(); ++i) {
    guessed += static_cast<std::int64_t>(predicted[i].size());
    result.gold += static_cast<std::int64_t>(gold[i].size());
    for (const Entity& entity : predicted[i])
      both += std::find(gold[i].begin(), gold[i].end(), entity) != gold[i].end();
  }
  const auto ratio = [](double part, double whole) { return whole > 0 ? part / whole : 0.0; };
  result.precision = ratio(static_cast<double>(both), static_cast<double>(guessed));
  result.recall = ratio(static_cast<double>(both), static_cast<double>(result.gold));
  result.f1 = ratio(2.0 * static_cast<double>(both), static_cast<double>(guessed + result.gold));
  return result;
}

}  // namespace mtt
