#include "mtt/nn/layers.h"

#include <ATen/ops/embedding.h>
#include <ATen/ops/layer_norm.h>
#include <ATen/ops/linear.h>

namespace mtt::nn {

Linear::Linear(std::int64_t in, std::int64_t out, bool with_bias)
    : weight(parameter("weight", {out, in})), bias(with_bias ? &parameter("bias", {out}) : nullptr) {}

at::Tensor Linear::forward(const at::Tensor& x) const {
  TORCH_CHECK(x.dim() == 2 && x.size(1) == weight.size(1), "Linear takes [N, ", weight.size(1), "], got ",
              x.sizes());
  return bias ? at::linear(x, weight, *bias) : at::linear(x, weight);
}

LayerNorm::LayerNorm(std::int64_t size, double epsilon)
    : weight(parameter("weight", {size})), bias(parameter("bias", {size})), epsilon_(epsilon) {}

at::Tensor LayerNorm::forward(const at::Tensor& x) const {
  return at::layer_norm(x, weight.sizes(), weight, bias, epsilon_);
}

Embedding::Embedding(std::int64_t rows, std::int64_t size) : weight(parameter("weight", {rows, size})) {}

at::Tensor Embedding::forward(const at::Tensor& indices) const { return at::embedding(weight, indices); }

}  // namespace mtt::nn
