#include "model/pooling.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/amax.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "mtt/error.h"

namespace mtt {
namespace {

/// block [n, L, H], whose first `skip` tokens do not count → [n, H]
at::Tensor pool(PoolingMode mode, const at::Tensor& block, std::int64_t skip) {
  const std::int64_t length = block.size(1);
  if (skip >= length) return at::zeros({block.size(0), block.size(2)}, block.options());
  const at::Tensor counted = block.narrow(1, skip, length - skip);
  switch (mode) {
    case PoolingMode::cls:
      return counted.select(1, 0);
    case PoolingMode::max:
      return at::amax(counted, {1});
    case PoolingMode::mean:
      return counted.mean({1});
    case PoolingMode::mean_sqrt_len_tokens:
      return counted.sum({1}).div_(std::sqrt(static_cast<double>(length - skip)));
    case PoolingMode::weightedmean: {
      const auto weights = at::arange(skip + 1, length + 1, block.options());
      return weights.div(weights.sum()).matmul(counted);
    }
    case PoolingMode::lasttoken:
      return block.select(1, length - 1);
  }
  throw Error("this pooling has no rule");
}

}  // namespace

PoolingMode pooling_mode(std::string_view name) {
  if (name == "mean_sqrt_len") return PoolingMode::mean_sqrt_len_tokens;
  for (const PoolingName& known : kPoolingNames)
    if (name == known.name) return known.mode;
  throw Error("unknown pooling '" + std::string(name) +
              "'; expected cls, max, mean, mean_sqrt_len, weightedmean or lasttoken");
}

at::Tensor Pooling::forward(const at::Tensor& tokens, const PackedBatch& batch) const {
  TORCH_CHECK(tokens.dim() == 2 && tokens.size(0) == batch.tokens(), "pooling takes [", batch.tokens(),
              ", H] token vectors, got ", tokens.sizes());
  std::vector<at::Tensor> rows;
  for (const auto& [first, count, length] : batch.length_groups()) {
    const auto group =
        tokens.narrow(0, batch.offsets[first], count * length).view({count, length, tokens.size(1)});
    for (std::int64_t from = 0, to; from < count; from = to) {
      const std::int64_t skip = include_prompt ? 0 : batch.prompt_lengths[first + from];
      to = from + 1;
      while (to < count && (include_prompt || batch.prompt_lengths[first + to] == skip)) ++to;
      const auto block = group.narrow(0, from, to - from);
      std::vector<at::Tensor> columns;
      for (const PoolingMode mode : modes) columns.push_back(pool(mode, block, skip));
      rows.push_back(columns.size() == 1 ? columns.front() : at::cat(columns, 1));
    }
  }
  const std::int64_t width = tokens.size(1) * static_cast<std::int64_t>(modes.size());
  return rows.empty() ? at::zeros({0, width}, tokens.options()) : at::cat(rows);
}

at::Tensor normalized(const at::Tensor& sentences) {
  return sentences /
         at::linalg_vector_norm(sentences, 2, at::IntArrayRef{-1}, /*keepdim=*/true).clamp_min(1e-12);
}

}  // namespace mtt
