#include "eval/bootstrap.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "mtt/random_stream.h"

namespace mtt {
namespace {

constexpr std::uint64_t kSamples = 1000, kSeed = 1;
constexpr double kTail = 0.025;

}  // namespace

std::vector<double> bootstrap_scores(const ExampleCounts& counts) {
  std::vector<double> scores;
  if (counts.empty()) return scores;
  for (std::uint64_t sample = 0; sample < kSamples; ++sample) {
    RandomStream random(kSeed, "bootstrap", sample);
    std::int64_t right = 0, all = 0;
    for (std::size_t draw = 0; draw < counts.size(); ++draw) {
      const ExampleCount& count = counts[random.below(counts.size())];
      right += count.right;
      all += count.predicted + count.gold;
    }
    scores.push_back(all > 0 ? 2 * static_cast<double>(right) / static_cast<double>(all) : 0);
  }
  return scores;
}

double percentile_half(std::vector<double> values) {
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const auto quantile = [&](double share) {
    const double place = share * static_cast<double>(values.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, values.size() - 1);
    return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
  };
  return (quantile(1 - kTail) - quantile(kTail)) / 2;
}

}  // namespace mtt
