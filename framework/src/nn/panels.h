// Layers whose kernels compute a panel of outputs at a time.
#pragma once

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <cstdint>

#include "mtt/nn/layers.h"

namespace mtt::nn {

/// `size`, or the next larger multiple of `step`.
inline std::int64_t multiple_of(std::int64_t step, std::int64_t size) {
  return (size + step - 1) / step * step;
}

/// The outputs of a layer in panels of a kernel's size. The last one is filled up with zeros.
class Panels {
 public:
  Panels(std::int64_t out, std::int64_t size)
      : out_(out), size_(size), count_(multiple_of(size, out) / size) {}

  /// How many outputs the kernel computes: `out`, filled up.
  std::int64_t outputs() const { return count_ * size_; }
  /// [out, ...] → [outputs, ...]
  at::Tensor filled_up(const at::Tensor& rows) const;

  /// activation(x Wᵀ + b) [arguments.rows, out]. Sets the bias, the result and the activation of `arguments`,
  /// whose other members describe x and W, and runs the kernel on the threads of LibTorch.
  template <class Kernel, class Arguments>
  at::Tensor run(const Kernel& kernel, Arguments arguments, const at::Tensor* bias,
                 const Activation& activation) const {
    const at::Tensor offset = bias ? filled_up(bias->contiguous()) : at::zeros({outputs()}, at::kFloat);
    const at::Tensor all = at::empty({arguments.rows, outputs()}, at::kFloat);
    arguments.bias = offset.const_data_ptr<float>();
    arguments.y = all.mutable_data_ptr<float>();
    arguments.out = outputs();
    arguments.gelu = activation.is_gelu();
    at::parallel_for(0, count_, 1,
                     [&](std::int64_t first, std::int64_t last) { kernel.run(arguments, first, last); });
    const at::Tensor y = out_ == outputs() ? all : all.narrow(1, 0, out_).contiguous();
    return activation.is_gelu() ? y : activation(y);
  }

 private:
  std::int64_t out_, size_, count_;
};

}  // namespace mtt::nn
