#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include "nn/linear_backend.h"
#include "nn/x86/processor.h"

namespace mtt::nn {
namespace {

class PackedWeight : public PreparedWeight {
 public:
  PackedWeight(const x86::LinearKernel& kernel, const at::Tensor& weight)
      : kernel_(kernel), out_(weight.size(0)), packed_(at::empty({weight.numel()}, at::kFloat)) {
    const at::Tensor rows = weight.contiguous();
    kernel_.pack(rows.const_data_ptr<float>(), rows.size(0), rows.size(1), packed_.mutable_data_ptr<float>());
  }

  at::Tensor run(const at::Tensor& x, const at::Tensor* bias, const Activation& activation) const override {
    const at::Tensor rows = x.contiguous();
    const at::Tensor offset = bias ? bias->contiguous() : at::zeros({out_}, at::kFloat);
    const at::Tensor y = at::empty({rows.size(0), out_}, rows.options());
    const x86::LinearArguments arguments = {.x = rows.const_data_ptr<float>(),
                                            .rows = rows.size(0),
                                            .in = rows.size(1),
                                            .packed = packed_.const_data_ptr<float>(),
                                            .bias = offset.const_data_ptr<float>(),
                                            .y = y.mutable_data_ptr<float>(),
                                            .out = out_,
                                            .gelu = activation.is_gelu()};
    at::parallel_for(0, out_ / kernel_.panel, 1,
                     [&](std::int64_t first, std::int64_t last) { kernel_.run(arguments, first, last); });
    return activation.is_gelu() ? y : activation(y);
  }

 private:
  const x86::LinearKernel& kernel_;
  std::int64_t out_;
  at::Tensor packed_;
};

class PackedBackend : public LinearBackend {
 public:
  std::shared_ptr<const PreparedWeight> prepare(const at::Tensor& weight) const override {
    return std::make_shared<PackedWeight>(*x86::linear_kernel(weight.size(0)), weight);
  }
};

}  // namespace

const LinearBackend* packed_backend(std::int64_t out) {
  static const PackedBackend backend;
  return x86::linear_kernel(out) ? &backend : nullptr;
}

}  // namespace mtt::nn
