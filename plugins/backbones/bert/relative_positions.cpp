#include "relative_positions.h"

#include <ATen/ops/empty.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

std::int64_t relative_bucket(std::int64_t distance, std::int64_t buckets) {
  constexpr float kFarthest = 128;
  const std::int64_t half = buckets / 2, exact = half / 2;
  const std::int64_t size = std::abs(distance), side = distance > 0 ? half : 0;
  if (size < exact) return side + size;
  const float ratio = std::log(static_cast<float>(size) / static_cast<float>(exact)) /
                      std::log(kFarthest / static_cast<float>(exact));
  const auto step = static_cast<std::int64_t>(ratio * static_cast<float>(half - exact));
  return side + std::min(exact + step, half - 1);
}

at::Tensor relative_bias(const mtt::nn::Embedding& table, std::int64_t length) {
  at::Tensor buckets = at::empty({length * length}, at::kLong);
  auto* out = buckets.mutable_data_ptr<std::int64_t>();
  for (std::int64_t query = 0; query < length; ++query)
    for (std::int64_t key = 0; key < length; ++key)
      *out++ = relative_bucket(key - query, table.weight.size(0));
  return table.forward(buckets).view({length, length, table.weight.size(1)}).permute({2, 0, 1}).contiguous();
}
