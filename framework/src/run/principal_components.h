// A map of many dimensions.
#pragma once

#include <ATen/core/Tensor.h>

#include <array>

namespace mtt {

/// The first two principal components (Pearson 1901).
struct PrincipalComponents {
  at::Tensor coordinates;          ///< [rows, 2], float64
  std::array<double, 2> shares{};  ///< of the variance that each component explains
};

/// Of rows [n, width]. Signs are fixed so that the largest loading of each component is positive. Components
/// without variance, apart from rounding, are zeros.
PrincipalComponents principal_components(const at::Tensor& rows);

}  // namespace mtt
