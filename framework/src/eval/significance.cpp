#include "eval/significance.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <iterator>
#include <limits>

namespace mtt {

double paired_t_test(const std::vector<double>& differences) {
  std::vector<double> finite;
  std::copy_if(differences.begin(), differences.end(), std::back_inserter(finite),
               [](double value) { return std::isfinite(value); });
  if (finite.size() < 2) return std::numeric_limits<double>::quiet_NaN();
  const auto count = static_cast<double>(finite.size());
  double sum = 0, squares = 0;
  for (const double value : finite) sum += value;
  for (const double value : finite) squares += std::pow(value - sum / count, 2);
  if (squares <= 0) return sum == 0 ? 1 : 0;
  const double t = sum / count / std::sqrt(squares / (count - 1) / count);
  const boost::math::students_t distribution(count - 1);
  return 2 * boost::math::cdf(boost::math::complement(distribution, std::abs(t)));
}

double mcnemar_test(std::int64_t first, std::int64_t second) {
  if (first + second == 0) return 1;
  const boost::math::binomial distribution(static_cast<double>(first + second), 0.5);
  return std::min(1.0, 2 * boost::math::cdf(distribution, static_cast<double>(std::min(first, second))));
}

std::vector<bool> benjamini_hochberg(const std::vector<double>& p, double rate) {
  std::vector<double> sorted;
  std::copy_if(p.begin(), p.end(), std::back_inserter(sorted),
               [](double value) { return !std::isnan(value); });
  std::sort(sorted.begin(), sorted.end());
  double largest = -1;
  for (std::size_t i = 0; i < sorted.size(); ++i)
    if (sorted[i] <= rate * static_cast<double>(i + 1) / static_cast<double>(sorted.size()))
      largest = sorted[i];
  std::vector<bool> rejected;
  for (const double value : p) rejected.push_back(value <= largest);
  return rejected;
}

}  // namespace mtt
