#include <algorithm>
#include <limits>
#include <map>

#include "mtt/metrics.h"

namespace mtt {
namespace {

struct LabelCounts {
  double right = 0, predicted = 0, gold = 0;
  double f1() const { return predicted + gold > 0 ? 2 * right / (predicted + gold) : 1; }
};

}  // namespace

SetF1 set_f1(const std::vector<std::vector<std::int64_t>>& predicted,
             const std::vector<std::vector<std::int64_t>>& gold) {
  constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
  if (gold.empty()) return {kNaN, kNaN};
  LabelCounts all;
  std::map<std::int64_t, LabelCounts> by_label;
  const auto has = [](const std::vector<std::int64_t>& set, std::int64_t label) {
    return std::find(set.begin(), set.end(), label) != set.end();
  };
  for (std::size_t i = 0; i < gold.size(); ++i) {
    for (const std::int64_t label : predicted[i]) {
      const double right = has(gold[i], label);
      ++by_label[label].predicted;
      by_label[label].right += right;
      ++all.predicted;
      all.right += right;
    }
    for (const std::int64_t label : gold[i]) ++by_label[label].gold;
    all.gold += static_cast<double>(gold[i].size());
  }
  double sum = 0;
  for (const auto& [label, counts] : by_label) sum += counts.f1();
  return {all.f1(), by_label.empty() ? 1 : sum / static_cast<double>(by_label.size())};
}

}  // namespace mtt
