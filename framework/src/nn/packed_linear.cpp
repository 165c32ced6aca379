#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include <vector>

#include "nn/linear_backend.h"
#include "nn/x86/processor.h"

namespace mtt::nn {
namespace {

class PackedWeight : public PreparedWeight {
 public:
  PackedWeight(const x86::LinearKernel& kernel, const at::Tensor& weight)
      : kernel_(kernel),
        out_(weight.size(0)),
        panels_((out_ + kernel.panel - 1) / kernel.panel),
        packed_(at::empty({computed() * weight.size(1)}, at::kFloat)) {
    const at::Tensor rows = filled_up(weight.contiguous());
    kernel_.pack(rows.const_data_ptr<float>(), rows.size(0), rows.size(1), packed_.mutable_data_ptr<float>());
  }

  at::Tensor run(const at::Tensor& x, const at::Tensor* bias, const Activation& activation) const override {
    const at::Tensor rows = x.contiguous();
    const at::Tensor offset = bias ? filled_up(bias->contiguous()) : at::zeros({computed()}, at::kFloat);
    const at::Tensor all = at::empty({rows.size(0), computed()}, rows.options());
    const x86::LinearArguments arguments = {.x = rows.const_data_ptr<float>(),
                                            .rows = rows.size(0),
                                            .in = rows.size(1),
                                            .packed = packed_.const_data_ptr<float>(),
                                            .bias = offset.const_data_ptr<float>(),
                                            .y = all.mutable_data_ptr<float>(),
                                            .out = computed(),
                                            .gelu = activation.is_gelu()};
    at::parallel_for(0, panels_, 1,
                     [&](std::int64_t first, std::int64_t last) { kernel_.run(arguments, first, last); });
    const at::Tensor y = out_ == computed() ? all : all.narrow(1, 0, out_).contiguous();
    return activation.is_gelu() ? y : activation(y);
  }

 private:
  std::int64_t computed() const { return panels_ * kernel_.panel; }
  /// With zeros behind, where the outputs do not fill the last panel.
  at::Tensor filled_up(const at::Tensor& rows) const {
    if (out_ == computed()) return rows;
    std::vector<std::int64_t> shape = rows.sizes().vec();
    shape[0] = computed();
    const at::Tensor result = at::zeros(shape, rows.options());
    result.narrow(0, 0, out_).copy_(rows);
    return result;
  }

  const x86::LinearKernel& kernel_;
  std::int64_t out_, panels_;
  at::Tensor packed_;
};

class PackedBackend : public LinearBackend {
 public:
  std::shared_ptr<const PreparedWeight> prepare(const at::Tensor& weight) const override {
    return std::make_shared<PackedWeight>(*x86::linear_kernel(weight.size(0)), weight);
  }
};

}  // namespace

const LinearBackend* packed_backend() {
  static const PackedBackend backend;
  return x86::linear_kernel(1) ? &backend : nullptr;
}

}  // namespace mtt::nn
