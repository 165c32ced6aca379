// Quadratic minimisation over the probability simplex.
#pragma once

#include <vector>

#include "mtt/export.h"
#include "mtt/weighting/small_matrix.h"

namespace mtt {

/// The w ≥ 0 with Σ w_i = 1 that minimises wᵀ·A·w, for a symmetric A that is convex on the simplex. A linear
/// term b can be included: since Σ w_i = 1, A + 1·bᵀ + b·1ᵀ adds 2·bᵀ·w. Active sets (Wolfe 1976, Finding the
/// nearest point in a polytope): exact up to rounding; at corners, exactly 1 and 0.
MTT_API std::vector<double> minimise_on_simplex(const SmallMatrix& matrix);

}  // namespace mtt
