// What a step came to.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "mtt/weighting.h"

namespace mtt {

/// Norms and pairwise cosines of the tasks' gradients on the shared parameters, [K] and [K][K]; NaN where a
/// task is absent or a norm is zero.
struct GradientStatistics {
  std::vector<double> norms;
  std::vector<std::vector<double>> cosines;
};

/// What a step came to.
struct StepResult {
  std::vector<std::size_t> present;  ///< the tasks that have examples in this step, ascending
  std::vector<double> losses;        ///< [K]: means; NaN where a task is absent
  std::vector<double> weights;  ///< [K]: by which the losses were multiplied, or the gradients' coefficients
  WeightingStep seen;           ///< what the weighting was told: of the tasks that it balances
  std::optional<GradientStatistics> statistics;
};

}  // namespace mtt
