// The kernels that this processor runs: the widest, unless LibTorch's ATEN_CPU_CAPABILITY asks for less.
#pragma once

#include <vector>

#include "nn/x86/kernels.h"

namespace mtt::nn::x86 {

/// The kernel for `out` outputs, of which the last panel may be filled up; null where LibTorch's products are
/// to be used, since there is none for this processor.
const LinearKernel* linear_kernel(std::int64_t out);

/// The outputs of which the widest `linear_kernel` computes a multiple.
constexpr std::int64_t kWidePanel = 32;

/// Whether `linear_kernel` uses AVX-512 and MKL, which knows it on Intel's processors alone, does not.
bool is_wider_than_mkl();

/// The kernels for layers of 8 bits that this processor runs, the fastest first; all give the same bits.
std::vector<const Int8Kernel*> int8_kernels();
/// The first of them; null where there is none.
const Int8Kernel* int8_kernel();

/// The kernels for layers in bfloat16 that this processor runs, the fastest first.
std::vector<const Bf16Kernel*> bf16_kernels();
/// The first of them; null where the processor has no such products.
const Bf16Kernel* bf16_kernel();

/// The kernel for heads of `size` values, or null.
const AttentionKernel* attention_kernel(std::int64_t size);

/// The kernel for rows of `size` values, or null.
const NormKernel* norm_kernel(std::int64_t size);

}  // namespace mtt::nn::x86
