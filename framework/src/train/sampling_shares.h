// How examples are shared out among files of different sizes.
#pragma once

#include <cstdint>
#include <vector>

namespace mtt {

/// p_i ∝ N_i^alpha: 1 is proportional, 0 uniform. At least one size, all positive.
std::vector<double> power_probabilities(const std::vector<std::int64_t>& sizes, double alpha);

/// UniMax (Chung et al. 2023, algorithm 1) in whole examples: from the smallest source on, each gets an equal
/// part of what is left of `budget`, but at most max_epochs · N_i. The sum is below `budget` only where every
/// source is at its limit.
std::vector<std::int64_t> unimax_budgets(const std::vector<std::int64_t>& sizes, std::int64_t budget,
                                         std::int64_t max_epochs);

/// Shares with the sum 1.
std::vector<double> normalised(std::vector<double> weights);

}  // namespace mtt
