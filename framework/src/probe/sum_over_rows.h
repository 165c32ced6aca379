// Sums over features that are too large to copy.
#pragma once

#include <ATen/core/Tensor.h>

#include <algorithm>
#include <cstdint>

namespace mtt {

/// The sum of `of(rows)` over blocks of rows of a tensor [R, ...], in double precision. LibTorch's own sum in
/// double precision copies the whole tensor.
template <class Of>
double sum_over_rows(const at::Tensor& values, const Of& of) {
  constexpr std::int64_t kRowsAtOnce = 8192;
  double sum = 0;
  for (std::int64_t row = 0; row < values.size(0); row += kRowsAtOnce)
    sum += of(values.narrow(0, row, std::min(kRowsAtOnce, values.size(0) - row)))
               .sum(at::kDouble)
               .template item<double>();
  return sum;
}

inline double sum_over_rows(const at::Tensor& values) {
  return sum_over_rows(values, [](const at::Tensor& rows) { return rows; });
}

}  // namespace mtt
