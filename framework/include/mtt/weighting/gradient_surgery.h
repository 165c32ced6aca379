// Gradient surgery (PCGrad, GradVac) on the Gram matrix alone.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "mtt/export.h"
#include "mtt/weighting/small_matrix.h"

namespace mtt {

/// The changed gradient g of task i and the gradient g_j of another task; i and j are rows of the Gram
/// matrix.
struct GradientMeeting {
  std::size_t i, j;
  double product;  ///< g·g_j
  double norm;     ///< ‖g‖, above 0
  double other;    ///< ‖g_j‖, above 0
};

/// For every i: starts from g = g_i, visits the other j in a random order, drawn for each i from
/// (seed, purpose), and adds `multiple(meeting)` times the unchanged g_j to g. Returns the coefficients [N]
/// of the sum of all changed gradients: they are linear combinations, so the Gram matrix suffices. Zero
/// gradients are skipped.
MTT_API std::vector<double> surgery(const SmallMatrix& gram, std::uint64_t seed, std::string_view purpose,
                                    const std::function<double(const GradientMeeting&)>& multiple);

}  // namespace mtt
