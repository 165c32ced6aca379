#include "mtt/weighting/simplex.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace mtt {
namespace {

constexpr double kTolerance = 1e-13;

double largest_entry(const SmallMatrix& matrix) {
  double largest = 0;
  for (std::size_t i = 0; i < matrix.size(); ++i)
    for (std::size_t j = 0; j < matrix.size(); ++j) largest = std::max(largest, std::abs(matrix(i, j)));
  return largest;
}

std::vector<double> minimise_on_affine_hull(const SmallMatrix& matrix,
                                            const std::vector<std::size_t>& active) {
  const std::size_t n = active.size();
  SmallMatrix conditions(n + 1);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) conditions(i, j) = matrix(active[i], active[j]);
    conditions(i, n) = conditions(n, i) = 1;
  }
  std::vector<double> right(n + 1);
  right[n] = 1;
  std::vector<double> solution = conditions.solve(std::move(right));
  if (!solution.empty()) solution.pop_back();
  return solution;
}

}  // namespace

std::vector<double> minimise_on_simplex(const SmallMatrix& matrix) {
  const std::size_t n = matrix.size();
  SmallMatrix a = matrix;
  const double scale = largest_entry(matrix);
  if (!(scale > 0)) return std::vector<double>(n, 1.0 / static_cast<double>(n));
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < n; ++j) a(i, j) /= scale;

  std::size_t start = 0;
  for (std::size_t i = 1; i < n; ++i)
    if (a(i, i) < a(start, start)) start = i;
  std::vector<std::size_t> active{start};
  std::vector<double> w(n);
  w[start] = 1;
  for (std::size_t round = 0; round < 10 * n + 10; ++round) {
    const std::vector<double> slope = a.times(w);
    const double level = std::inner_product(w.begin(), w.end(), slope.begin(), 0.0);
    std::size_t lowest = 0;
    for (std::size_t i = 1; i < n; ++i)
      if (slope[i] < slope[lowest]) lowest = i;
    if (slope[lowest] >= level - kTolerance || w[lowest] > 0) break;
    active.push_back(lowest);
    while (true) {
      const std::vector<double> best = minimise_on_affine_hull(a, active);
      if (best.empty()) return w;
      double way = 1;
      for (std::size_t i = 0; i < active.size(); ++i)
        if (best[i] <= 0) way = std::min(way, w[active[i]] / (w[active[i]] - best[i]));
      std::vector<std::size_t> kept;
      for (std::size_t i = 0; i < active.size(); ++i) {
        double& weight = w[active[i]];
        weight += way * (best[i] - weight);
        if (weight > 0 && (best[i] > 0 || weight > kTolerance))
          kept.push_back(active[i]);
        else
          weight = 0;
      }
      const bool inside = kept.size() == active.size();
      active = kept;
      if (inside || active.empty()) break;
    }
  }
  const double sum = std::accumulate(w.begin(), w.end(), 0.0);
  for (double& weight : w) weight /= sum;
  return w;
}

}  // namespace mtt
