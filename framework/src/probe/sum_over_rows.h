// Sums over features that are too large to copy.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "nn/row_blocks.h"

namespace mtt {

/// The sum of `of(rows)` over blocks of rows of a tensor [R, ...], in double precision. LibTorch's own sum in
/// double precision copies the whole tensor.
template <class Of>
double sum_over_rows(const at::Tensor& values, const Of& of) {
  double sum = 0;
  for_row_blocks(values.size(0), [&](std::int64_t first, std::int64_t count) {
    sum += of(values.narrow(0, first, count)).sum(at::kDouble).template item<double>();
  });
  return sum;
}

inline double sum_over_rows(const at::Tensor& values) {
  return sum_over_rows(values, [](const at::Tensor& rows) { return rows; });
}

}  // namespace mtt
