#include "mtt/nn/layers.h"

#include <ATen/ops/embedding.h>
#include <ATen/ops/layer_norm.h>

namespace mtt::nn {

LayerNorm::LayerNorm(std::int64_t size, double epsilon)
    : weight(parameter("weight", {size})), bias(parameter("bias", {size})), epsilon_(epsilon) {}

at::Tensor LayerNorm::forward(const at::Tensor& x) const {
  return at::layer_norm(x, weight.sizes(), weight, bias, epsilon_);
}

Embedding::Embedding(std::int64_t rows, std::int64_t size) : weight(parameter("weight", {rows, size})) {}

at::Tensor Embedding::forward(const at::Tensor& indices) const { return at::embedding(weight, indices); }

}  // namespace mtt::nn
