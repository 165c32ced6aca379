#include "mtt/nn/ragged_attention.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include <vector>

namespace mtt::nn {

at::Tensor ragged_attention(const at::Tensor& qkv, const TokenBatch& batch, std::int64_t heads) {
  TORCH_CHECK(qkv.dim() == 2 && qkv.size(0) == batch.tokens() && qkv.size(1) % (3 * heads) == 0,
              "ragged_attention takes [", batch.tokens(), ", 3 * ", heads, " * head size], got ",
              qkv.sizes());
  const std::int64_t hidden = qkv.size(1) / 3;
  const std::int64_t head_size = hidden / heads;

  std::vector<at::Tensor> outputs;
  for (const auto [first, count, length] : batch.length_groups()) {
    if (length == 0) continue;
    const auto group =
        qkv.narrow(0, batch.offsets[first], count * length).view({count, length, 3, heads, head_size});
    const auto part = [&group](std::int64_t which) { return group.select(2, which).transpose(1, 2); };
    outputs.push_back(at::scaled_dot_product_attention(part(0), part(1), part(2))
                          .transpose(1, 2)
                          .reshape({count * length, hidden}));
  }
  if (outputs.empty()) return qkv.narrow(1, 0, hidden);
  return outputs.size() == 1 ? outputs.front() : at::cat(outputs);
}

}  // namespace mtt::nn
