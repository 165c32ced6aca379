#include <limits>
#include <map>

#include "mtt/metrics.h"

namespace mtt {

double accuracy(const std::vector<std::int64_t>& predicted, const std::vector<std::int64_t>& gold) {
  if (gold.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::size_t equal = 0;
  for (std::size_t i = 0; i < gold.size(); ++i) equal += predicted[i] == gold[i];
  return static_cast<double>(equal) / static_cast<double>(gold.size());
}

double macro_f1(const std::vector<std::int64_t>& predicted, const std::vector<std::int64_t>& gold) {
  struct Counts {
    double both = 0, predicted = 0, gold = 0;
  };
  std::map<std::int64_t, Counts> classes;
  for (std::size_t i = 0; i < gold.size(); ++i) {
    ++classes[predicted[i]].predicted;
    ++classes[gold[i]].gold;
    if (predicted[i] == gold[i]) ++classes[gold[i]].both;
  }
  double sum = 0;
  for (const auto& [label, counts] : classes) sum += 2 * counts.both / (counts.predicted + counts.gold);
  return classes.empty() ? std::numeric_limits<double>::quiet_NaN()
                         : sum / static_cast<double>(classes.size());
}

}  // namespace mtt
