#include "eval/intervals.h"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <limits>

namespace mtt {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr double kUpperTail = 0.025;

}  // namespace

bool Interval::excludes_zero() const { return std::abs(mean) > half; }

Interval mean_interval(const std::vector<double>& values) {
  std::vector<double> finite;
  for (const double value : values)
    if (std::isfinite(value)) finite.push_back(value);
  Interval interval{kUndefined, kUndefined, static_cast<std::int64_t>(finite.size())};
  if (finite.empty()) return interval;
  const auto count = static_cast<double>(finite.size());
  double sum = 0, squares = 0;
  for (const double value : finite) sum += value;
  interval.mean = sum / count;
  for (const double value : finite) squares += (value - interval.mean) * (value - interval.mean);
  if (finite.size() < 2) return interval;
  const boost::math::students_t distribution(count - 1);
  const double quantile = boost::math::quantile(boost::math::complement(distribution, kUpperTail));
  interval.half = quantile * std::sqrt(squares / (count - 1) / count);
  return interval;
}

Interval paired_interval(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.size(); ++i) differences.push_back(a[i] - b[i]);
  return mean_interval(differences);
}

}  // namespace mtt
