#include "mtt/nn/layers.h"

#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/embedding.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/layer_norm.h>

#include "nn/x86/processor.h"

namespace mtt::nn {

LayerNorm::LayerNorm(std::int64_t size, double epsilon)
    : weight(parameter("weight", {size})), bias(parameter("bias", {size})), epsilon_(epsilon) {}

/// Whether the kernel wrote y, which has the memory of x where it is defined. Without a kernel for these
/// tensors, or where gradients are needed, it writes nothing.
bool LayerNorm::by_kernel(const at::Tensor& x, const at::Tensor& residual, at::Tensor& y) const {
  constexpr std::int64_t kRowsOfThread = 64;
  const auto fits = [](const at::Tensor& t) {
    return t.scalar_type() == at::kFloat && t.device().is_cpu() && t.is_contiguous() &&
           !(at::GradMode::is_enabled() && t.requires_grad());
  };
  const std::int64_t size = weight.size(0);
  const x86::NormKernel* kernel = x86::norm_kernel(size);
  const bool may = kernel && x.dim() > 0 && x.size(-1) == size && fits(x) && fits(weight) && fits(bias) &&
                   (!residual.defined() || (fits(residual) && residual.sizes() == x.sizes()));
  if (!may) return false;
  if (!y.defined()) y = at::empty_like(x);
  const x86::NormArguments arguments{.x = x.const_data_ptr<float>(),
                                     .added = residual.defined() ? residual.const_data_ptr<float>() : nullptr,
                                     .size = size,
                                     .weight = weight.const_data_ptr<float>(),
                                     .bias = bias.const_data_ptr<float>(),
                                     .epsilon = static_cast<float>(epsilon_),
                                     .y = y.mutable_data_ptr<float>()};
  at::parallel_for(0, x.numel() / size, kRowsOfThread,
                   [&](std::int64_t first, std::int64_t last) { kernel->run(arguments, first, last); });
  return true;
}

at::Tensor LayerNorm::forward(const at::Tensor& x) const {
  at::Tensor y;
  if (by_kernel(x, {}, y)) return y;
  return at::layer_norm(x, weight.sizes(), weight, bias, epsilon_);
}

at::Tensor LayerNorm::forward(at::Tensor x, const at::Tensor& residual) const {
  if (by_kernel(x, residual, x)) return x;
  return at::layer_norm(x.add_(residual), weight.sizes(), weight, bias, epsilon_);
}

Embedding::Embedding(std::int64_t rows, std::int64_t size) : weight(parameter("weight", {rows, size})) {}

at::Tensor Embedding::forward(const at::Tensor& indices) const { return at::embedding(weight, indices); }

}  // namespace mtt::nn
