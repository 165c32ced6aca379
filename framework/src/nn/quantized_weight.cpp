#include "nn/quantized_weight.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/ones_like.h>
#include <ATen/ops/where.h>

#include "mtt/error.h"

namespace mtt::nn {
namespace {

constexpr double kLargest = 127;

}  // namespace

QuantizedWeight quantized(const at::Tensor& weight) {
  TORCH_CHECK(weight.dim() == 2 && weight.scalar_type() == at::kFloat,
              "a weight [out, in] in float32 is quantised, got ", weight.sizes(), " in ",
              weight.scalar_type());
  const at::NoGradGuard no_grad;
  if (!weight.isfinite().all().item<bool>())
    throw Error("a weight of the encoder is not finite, so it has no 8-bit form; use --precision fp32");
  at::Tensor scales = weight.abs().amax(1) / kLargest;
  scales = scales * kLargest / kLargest;  // now 127 scales / 127 is scales again, also in float32
  const at::Tensor divisors = at::where(scales == 0, at::ones_like(scales), scales);
  at::Tensor values = (weight / divisors.unsqueeze(1)).round_().clamp_(-kLargest, kLargest).to(at::kChar);
  return {std::move(values), std::move(scales)};
}

at::Tensor dequantized(const QuantizedWeight& weight) {
  return weight.values.to(at::kFloat).mul_(weight.scales.unsqueeze(1));
}

}  // namespace mtt::nn
