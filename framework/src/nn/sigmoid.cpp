#include "mtt/nn/sigmoid.h"

#include <ATen/ops/empty_like.h>

#include <cmath>

namespace mtt::nn {

double sigmoid(float x) { return 1 / (1 + std::exp(-double{x})); }

at::Tensor sigmoid(const at::Tensor& x) {
  const at::Tensor values = x.contiguous(), result = at::empty_like(values);
  const float* from = values.const_data_ptr<float>();
  auto* to = result.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < values.numel(); ++i) to[i] = static_cast<float>(sigmoid(from[i]));
  return result;
}

}  // namespace mtt::nn
