#include <limits>

#include "mtt/metrics.h"

namespace mtt {

double quadratic_kappa(const std::vector<std::int64_t>& predicted, const std::vector<std::int64_t>& gold) {
  const auto n = static_cast<double>(gold.size());
  double observed = 0, sum_p = 0, sum_g = 0, squares_p = 0, squares_g = 0;
  for (std::size_t i = 0; i < gold.size(); ++i) {
    const auto p = static_cast<double>(predicted[i]), g = static_cast<double>(gold[i]);
    observed += (p - g) * (p - g);
    sum_p += p;
    sum_g += g;
    squares_p += p * p;
    squares_g += g * g;
  }
  // E (p−g)² of independent p and g = E p² + E g² − 2 E p E g
  const double expected = squares_p + squares_g - 2 * sum_p * sum_g / n;
  return expected > 0 ? 1 - observed / expected : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace mtt
