#include <ATen/TensorOperators.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <cmath>

#include "mtt/nn/layers.h"
#include "mtt/random_stream.h"

namespace mtt::nn {
namespace {

constexpr int kDrawsPerWord = 4;
constexpr double kDrawRange = 65536;

}  // namespace

at::Tensor Dropout::forward(const at::Tensor& x) const {
  if (!training() || probability_ <= 0) return x;
  const auto dropped = static_cast<std::uint64_t>(std::lround(probability_ * kDrawRange));
  const auto scale =
      static_cast<float>(kDrawRange / std::max(kDrawRange - static_cast<double>(dropped), 1.0));
  const at::Tensor mask = at::empty_like(x, x.options().requires_grad(false));
  auto* out = mask.mutable_data_ptr<float>();
  const std::int64_t count = mask.numel();
  for (std::int64_t i = 0; i < count; i += kDrawsPerWord) {
    const std::uint64_t word = splitmix64(state_ += kSplitmixStep);
    const std::int64_t last = std::min<std::int64_t>(kDrawsPerWord, count - i);
    for (std::int64_t k = 0; k < last; ++k)
      out[i + k] = ((word >> (16 * k)) & 0xffff) < dropped ? 0.0F : scale;
  }
  return x * mask;
}

}  // namespace mtt::nn
