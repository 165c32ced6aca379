#include "train/gram_matrix.h"

#include <ATen/Parallel.h>
#include <ATen/ops/zeros.h>
#include <c10/util/Exception.h>

#include <algorithm>
#include <cstdint>

namespace mtt {
namespace {

constexpr std::int64_t kBlock = std::int64_t{1} << 14;  // of each row; a few rows stay in the cache
constexpr int kLanes = 8;

double inner_product(const float* a, const float* b, std::int64_t size) {
  double sums[kLanes] = {};
  std::int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes)
    for (int lane = 0; lane < kLanes; ++lane)
      sums[lane] += static_cast<double>(a[i + lane]) * static_cast<double>(b[i + lane]);
  double total = 0;
  for (; i < size; ++i) total += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  for (const double sum : sums) total += sum;
  return total;
}

}  // namespace

at::Tensor gram_matrix(const at::Tensor& rows) {
  TORCH_CHECK(rows.dim() == 2 && rows.is_contiguous() && rows.scalar_type() == at::kFloat,
              "rows have the shape ", rows.sizes(), " and the type ", rows.scalar_type(),
              "; expected contiguous float32 [N, P]");
  const std::int64_t count = rows.size(0), size = rows.size(1);
  const std::int64_t blocks = (size + kBlock - 1) / kBlock;
  const float* const values = rows.const_data_ptr<float>();
  const at::Tensor parts = at::zeros({blocks, count, count}, at::kDouble);
  double* const sums = parts.mutable_data_ptr<double>();
  at::parallel_for(0, blocks, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t block = begin; block < end; ++block) {
      const std::int64_t from = block * kBlock, length = std::min(kBlock, size - from);
      double* const part = sums + block * count * count;
      for (std::int64_t i = 0; i < count; ++i)
        for (std::int64_t j = i; j < count; ++j)
          part[i * count + j] = part[j * count + i] =
              inner_product(values + i * size + from, values + j * size + from, length);
    }
  });
  at::Tensor gram = at::zeros({count, count}, at::kDouble);
  double* const total = gram.mutable_data_ptr<double>();
  for (std::int64_t block = 0; block < blocks; ++block)
    for (std::int64_t i = 0; i < count * count; ++i) total[i] += sums[block * count * count + i];
  return gram;
}

}  // namespace mtt
