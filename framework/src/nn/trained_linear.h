// Linear layers whose products our kernels compute in the backward pass, too.
#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

#include "nn/linear_backend.h"

namespace mtt::nn {

/// Whether `trained_linear` is to be used: in bf16 where the processor has it; in fp32 where it is faster
/// than LibTorch's operators, on processors with AVX-512 that are not Intel's, for which MKL has no kernels
/// of this width. There must be enough rows, and sizes that fill the kernel's panels. All tensors must be
/// float32 on the CPU.
bool has_trained_linear(const at::Tensor& x, const at::Tensor& weight, Precision precision);

/// The precision in which a layer with this weight can be trained: bf16 needs the processor's products, and
/// sizes that fill the panels.
Precision training_precision(const at::Tensor& weight, Precision asked);

/// x Wᵀ + b with gradients for x [N, in], weight [out, in] and bias [out] (null: none), as at::linear has
/// them. `precision` is that of the products of both passes; `prepared` is the weight in it, of the packed
/// backend for fp32.
at::Tensor trained_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor* bias,
                          std::shared_ptr<const PreparedWeight> prepared, Precision precision);

}  // namespace mtt::nn
