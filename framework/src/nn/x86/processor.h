// The kernels that this processor runs: the widest, unless LibTorch's ATEN_CPU_CAPABILITY asks for less.
#pragma once

#include "nn/x86/kernels.h"

namespace mtt::nn::x86 {

/// The kernel for `out` outputs, of which the last panel may be filled up; null where LibTorch's products are
/// to be used, since there is none for this processor.
const LinearKernel* linear_kernel(std::int64_t out);

/// The kernel for heads of `size` values, or null.
const AttentionKernel* attention_kernel(std::int64_t size);

}  // namespace mtt::nn::x86
