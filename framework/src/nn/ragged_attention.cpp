#include "mtt/nn/ragged_attention.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/scaled_dot_product_attention.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "nn/x86/processor.h"

namespace mtt::nn {
namespace {

std::int64_t longest(const PackedBatch& batch) {
  std::int64_t result = 0;
  for (std::int64_t s = 0; s < batch.size(); ++s) result = std::max(result, batch.length(s));
  return result;
}

const x86::AttentionKernel* kernel_for(const at::Tensor& qkv, std::int64_t head_size,
                                       const at::Tensor& bias) {
  const bool needs_graph =
      at::GradMode::is_enabled() && (qkv.requires_grad() || (bias.defined() && bias.requires_grad()));
  const bool fits =
      !needs_graph && qkv.scalar_type() == at::kFloat && qkv.device().is_cpu() && qkv.is_contiguous();
  const bool bias_fits = !bias.defined() || (bias.scalar_type() == at::kFloat && bias.stride(2) == 1);
  return fits && bias_fits ? x86::attention_kernel(head_size) : nullptr;
}

at::Tensor by_kernel(const x86::AttentionKernel& kernel, const at::Tensor& qkv, const PackedBatch& batch,
                     std::int64_t heads, const at::Tensor& bias) {
  const std::int64_t hidden = qkv.size(1) / 3;
  const std::int64_t head_size = hidden / heads;
  auto result = at::empty({qkv.size(0), hidden}, qkv.options());
  const float* in = qkv.const_data_ptr<float>();
  auto* out = result.mutable_data_ptr<float>();
  const float* biases = bias.defined() ? bias.const_data_ptr<float>() : nullptr;

  const std::int64_t scratch_size = kernel.scratch(longest(batch), head_size);
  at::parallel_for(0, batch.size() * heads, heads, [&](std::int64_t begin, std::int64_t end) {
    std::vector<float> scratch(scratch_size);
    for (std::int64_t unit = begin; unit < end; ++unit) {
      const std::int64_t first = batch.offsets[unit / heads];
      const std::int64_t column = unit % heads * head_size;
      const float* query = in + first * 3 * hidden + column;
      kernel.run({.query = query,
                  .key = query + hidden,
                  .value = query + 2 * hidden,
                  .row = 3 * hidden,
                  .out = out + first * hidden + column,
                  .out_row = hidden,
                  .length = batch.length(unit / heads),
                  .size = head_size,
                  .bias = biases ? biases + unit % heads * bias.stride(0) : nullptr,
                  .bias_row = biases ? bias.stride(1) : 0},
                 scratch.data());
    }
  });
  return result;
}

at::Tensor by_groups(const at::Tensor& qkv, const PackedBatch& batch, std::int64_t heads,
                     const at::Tensor& bias) {
  const std::int64_t hidden = qkv.size(1) / 3;
  std::vector<at::Tensor> outputs;
  for (const auto [first, count, length] : batch.length_groups()) {
    if (length == 0) continue;
    const auto group =
        qkv.narrow(0, batch.offsets[first], count * length).view({count, length, 3, heads, hidden / heads});
    const auto part = [&group](std::int64_t which) { return group.select(2, which).transpose(1, 2); };
    std::optional<at::Tensor> mask;
    if (bias.defined())
      mask =
          bias.narrow(1, 0, length).narrow(2, 0, length).unsqueeze(0).expand({count, heads, length, length});
    outputs.push_back(at::scaled_dot_product_attention(part(0), part(1), part(2), mask)
                          .transpose(1, 2)
                          .reshape({count * length, hidden}));
  }
  if (outputs.empty()) return qkv.narrow(1, 0, hidden);
  return outputs.size() == 1 ? outputs.front() : at::cat(outputs);
}

}  // namespace

at::Tensor ragged_attention(const at::Tensor& qkv, const PackedBatch& batch, std::int64_t heads,
                            const at::Tensor& bias) {
  TORCH_CHECK(qkv.dim() == 2 && qkv.size(0) == batch.tokens() && qkv.size(1) % (3 * heads) == 0,
              "ragged_attention takes [", batch.tokens(), ", 3 * ", heads, " * head size], got ",
              qkv.sizes());
  TORCH_CHECK(!bias.defined() || (bias.dim() == 3 && bias.size(0) == heads && bias.size(1) == bias.size(2) &&
                                  bias.size(1) >= longest(batch)),
              "ragged_attention takes a bias [", heads, ", L, L] with L at least ", longest(batch), ", got ",
              bias.sizes());
  const x86::AttentionKernel* kernel = kernel_for(qkv, qkv.size(1) / 3 / heads, bias);
  return kernel ? by_kernel(*kernel, qkv, batch, heads, bias) : by_groups(qkv, batch, heads, bias);
}

}  // namespace mtt::nn
