// Mean losses of an epoch.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

namespace mtt {

/// The tasks' losses, summed over the steps of an epoch in which a task took part.
struct EpochMeans {
  std::vector<double> sums, steps;  ///< [K]

  explicit EpochMeans(std::size_t tasks) : sums(tasks, 0.0), steps(tasks, 0.0) {}

  /// [K]; not finite where the task is absent.
  void add(const std::vector<double>& losses) {
    for (std::size_t t = 0; t < losses.size(); ++t) {
      if (!std::isfinite(losses[t])) continue;
      sums[t] += losses[t];
      steps[t] += 1;
    }
  }

  /// [K]; NaN where a task took part in no step.
  std::vector<double> means() const {
    std::vector<double> result(sums.size(), std::numeric_limits<double>::quiet_NaN());
    for (std::size_t t = 0; t < sums.size(); ++t)
      if (steps[t] > 0) result[t] = sums[t] / steps[t];
    return result;
  }
};

}  // namespace mtt
