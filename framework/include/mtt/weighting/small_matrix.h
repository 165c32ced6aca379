// A square matrix of a few tasks, in plain doubles.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <vector>

#include "mtt/export.h"

namespace mtt {

/// An eigenvalue of the Gram matrix of N gradients is rounding below N times this part of the largest:
/// gradients are float32.
inline constexpr double kGramRounding = 0x1p-23;

/// A square matrix [N, N] of doubles; the Gram matrix of N gradients, above all.
class MTT_API SmallMatrix {
 public:
  /// Zeros.
  explicit SmallMatrix(std::size_t size) : size_(size), values_(size * size) {}
  /// A copy of a float64 [N, N].
  explicit SmallMatrix(const at::Tensor& square);

  std::size_t size() const { return size_; }
  double operator()(std::size_t row, std::size_t column) const { return values_[row * size_ + column]; }
  double& operator()(std::size_t row, std::size_t column) { return values_[row * size_ + column]; }

  /// A·x
  std::vector<double> times(const std::vector<double>& x) const;
  /// xᵀ·A·x; the squared norm of Σ x_i g_i where A is the Gram matrix of the g_i.
  double quadratic(const std::vector<double>& x) const;
  double largest_diagonal() const;

  /// x of A·x = right, by elimination with partial pivoting; empty where A is singular.
  std::vector<double> solve(std::vector<double> right) const;

  /// float64 [N, N]
  at::Tensor tensor() const;

 private:
  std::size_t size_;
  std::vector<double> values_;
};

/// The norms of the gradients and the cosines between them. A gradient of zero has no direction and is left
/// out.
struct MTT_API GradientAngles {
  std::vector<std::size_t> rows;  ///< of the Gram matrix, those that are not zero
  std::vector<double> norms;      ///< of these rows
  SmallMatrix cosines;            ///< between these rows

  explicit GradientAngles(const SmallMatrix& gram);
};

}  // namespace mtt
