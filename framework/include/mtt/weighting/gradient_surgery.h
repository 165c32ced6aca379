// Gradients changed in turn by multiples of one another, without the gradients themselves.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

#include "mtt/export.h"
#include "mtt/weighting/small_matrix.h"

namespace mtt {

/// A changed gradient g of task i as it meets the gradient g_j of another; i and j are rows of the Gram
/// matrix.
struct GradientMeeting {
  std::size_t i, j;
  double product;  ///< g·g_j
  double norm;     ///< ‖g‖, above 0
  double other;    ///< ‖g_j‖, above 0
};

/// Starts from g = g_i for every i, goes through the other j in an order that is drawn anew for every i from
/// (seed, purpose), and adds `multiple(meeting)` times the unchanged g_j to g. Returns the coefficients [N]
/// of the sum of all changed gradients: they are linear combinations, so the Gram matrix suffices. Gradients
/// of zero meet nobody.
MTT_API std::vector<double> surgery(const SmallMatrix& gram, std::uint64_t seed, std::string_view purpose,
                                    const std::function<double(const GradientMeeting&)>& multiple);

}  // namespace mtt
