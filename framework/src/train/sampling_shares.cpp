#include "train/sampling_shares.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace mtt {

std::vector<double> normalised(std::vector<double> weights) {
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  for (double& weight : weights) weight /= total;
  return weights;
}

std::vector<double> power_probabilities(const std::vector<std::int64_t>& sizes, double alpha) {
  const auto largest = static_cast<double>(*std::max_element(sizes.begin(), sizes.end()));
  std::vector<double> weights;
  for (const std::int64_t size : sizes)
    weights.push_back(std::pow(static_cast<double>(size) / largest, alpha));
  return normalised(std::move(weights));
}

std::vector<std::int64_t> unimax_budgets(const std::vector<std::int64_t>& sizes, std::int64_t budget,
                                         std::int64_t max_epochs) {
  std::vector<std::size_t> order(sizes.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return sizes[a] < sizes[b]; });
  std::vector<std::int64_t> budgets(sizes.size());
  auto left = static_cast<std::int64_t>(sizes.size());
  for (const std::size_t i : order) {
    const std::int64_t share = budget / left--;
    const bool within = share / max_epochs < sizes[i];
    budgets[i] = within ? share : max_epochs * sizes[i];
    budget -= budgets[i];
  }
  return budgets;
}

}  // namespace mtt
