// A square matrix of a few tasks, in plain doubles.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstddef>
#include <vector>

#include "mtt/export.h"

namespace mtt {

/// An eigenvalue of the Gram matrix of N gradients below N times this fraction of the largest is rounding
/// error: gradients are float32.
inline constexpr double kGramRounding = 0x1p-23;

/// A square matrix [N, N] of doubles, usually the Gram matrix of N gradients.
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
  /// xᵀ·A·x; the squared norm of Σ x_i g_i if A is the Gram matrix of the g_i.
  double quadratic(const std::vector<double>& x) const;
  double largest_diagonal() const;

  /// Solves A·x = right by elimination with partial pivoting; empty if A is singular.
  std::vector<double> solve(std::vector<double> right) const;

  /// float64 [N, N]
  at::Tensor tensor() const;

 private:
  std::size_t size_;
  std::vector<double> values_;
};

/// The norms of the gradients and the cosines between them. A zero gradient has no direction and is
/// omitted.
struct MTT_API GradientAngles {
  std::vector<std::size_t> rows;  ///< rows of the Gram matrix that are not zero
  std::vector<double> norms;      ///< norms of these rows
  SmallMatrix cosines;            ///< cosines between these rows

  explicit GradientAngles(const SmallMatrix& gram);
};

}  // namespace mtt
