// The products of layers in bfloat16.
#pragma once

#include <cstdint>

#include "nn/panels.h"
#include "nn/x86/kernels.h"

namespace mtt::nn {

/// activation(x Wᵀ + b): float32 x [N, in] is rounded, `packed` is W in the kernel's order, filled up to
/// `depth`.
at::Tensor bf16_product(const x86::Bf16Kernel& kernel, const Panels& panels, const at::Tensor& x,
                        const at::Tensor& packed, std::int64_t depth, const at::Tensor* bias,
                        const Activation& activation);

}  // namespace mtt::nn
