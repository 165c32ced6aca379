// Linear layers whose products our kernels compute in the backward pass, too.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "nn/linear_backend.h"

namespace mtt::nn {

/// Whether `trained_linear` is faster than LibTorch's operators: on processors with AVX-512 that are not
/// Intel's, for which MKL has no kernels of this width, for enough rows, and for sizes that fill the kernel's
/// panels. All tensors must be float32 on the CPU.
bool has_trained_linear(const at::Tensor& x, const at::Tensor& weight);

/// x Wᵀ + b with gradients for x [N, in], weight [out, in] and bias [out] (null: none), as at::linear has
/// them. `prepared` is the weight of the packed backend.
at::Tensor trained_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor* bias,
                          std::shared_ptr<const PreparedWeight> prepared);

}  // namespace mtt::nn
