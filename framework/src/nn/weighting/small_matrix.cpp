#include "mtt/weighting/small_matrix.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

namespace mtt {

SmallMatrix::SmallMatrix(const at::Tensor& square) : size_(static_cast<std::size_t>(square.size(0))) {
  const at::Tensor rows = square.contiguous();
  const double* data = rows.const_data_ptr<double>();
  values_.assign(data, data + size_ * size_);
}

std::vector<double> SmallMatrix::times(const std::vector<double>& x) const {
  std::vector<double> product(size_);
  for (std::size_t i = 0; i < size_; ++i)
    for (std::size_t j = 0; j < size_; ++j) product[i] += (*this)(i, j) * x[j];
  return product;
}

double SmallMatrix::quadratic(const std::vector<double>& x) const {
  const std::vector<double> product = times(x);
  return std::inner_product(x.begin(), x.end(), product.begin(), 0.0);
}

double SmallMatrix::largest_diagonal() const {
  double largest = 0;
  for (std::size_t i = 0; i < size_; ++i) largest = std::max(largest, (*this)(i, i));
  return largest;
}

std::vector<double> SmallMatrix::solve(std::vector<double> right) const {
  SmallMatrix a = *this;
  for (std::size_t k = 0; k < size_; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k + 1; i < size_; ++i)
      if (std::abs(a(i, k)) > std::abs(a(pivot, k))) pivot = i;
    if (!(std::abs(a(pivot, k)) > 0)) return {};
    for (std::size_t j = 0; j < size_; ++j) std::swap(a(k, j), a(pivot, j));
    std::swap(right[k], right[pivot]);
    for (std::size_t i = k + 1; i < size_; ++i) {
      const double factor = a(i, k) / a(k, k);
      for (std::size_t j = k; j < size_; ++j) a(i, j) -= factor * a(k, j);
      right[i] -= factor * right[k];
    }
  }
  for (std::size_t k = size_; k-- > 0;) {
    for (std::size_t j = k + 1; j < size_; ++j) right[k] -= a(k, j) * right[j];
    right[k] /= a(k, k);
    if (!std::isfinite(right[k])) return {};
  }
  return right;
}

at::Tensor SmallMatrix::tensor() const {
  const auto size = static_cast<std::int64_t>(size_);
  at::Tensor square = at::empty({size, size}, at::kDouble);
  std::copy(values_.begin(), values_.end(), square.mutable_data_ptr<double>());
  return square;
}

GradientAngles::GradientAngles(const SmallMatrix& gram) : cosines(0) {
  for (std::size_t i = 0; i < gram.size(); ++i) {
    if (!(gram(i, i) > 0)) continue;
    rows.push_back(i);
    norms.push_back(std::sqrt(gram(i, i)));
  }
  cosines = SmallMatrix(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows.size(); ++j)
      cosines(i, j) = i == j ? 1.0 : gram(rows[i], rows[j]) / norms[i] / norms[j];
}

}  // namespace mtt
