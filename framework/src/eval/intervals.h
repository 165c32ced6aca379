// Means and differences over seeds, with intervals.
#pragma once

#include <cstdint>
#include <vector>

namespace mtt {

/// A mean and half the width of its 95 % confidence interval.
struct Interval {
  double mean = 0;  ///< NaN without values
  double half = 0;  ///< NaN for fewer than two values
  std::int64_t count = 0;

  /// Whether the interval lies on one side of zero.
  bool excludes_zero() const;
};

/// Student's t: mean ± t(0.975, n−1) · s / √n, s with n−1 (Student 1908). Values that are not finite are left
/// out.
Interval mean_interval(const std::vector<double>& values);

/// The same of a[i] − b[i], over the pairs in which both are finite. Both lists have the same length.
Interval paired_interval(const std::vector<double>& a, const std::vector<double>& b);

}  // namespace mtt
