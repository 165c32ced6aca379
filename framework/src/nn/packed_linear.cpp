#include "nn/linear_backend.h"
#include "nn/panels.h"
#include "nn/x86/processor.h"

namespace mtt::nn {
namespace {

class PackedWeight : public PreparedWeight {
 public:
  PackedWeight(const x86::LinearKernel& kernel, const at::Tensor& weight)
      : kernel_(kernel),
        panels_(weight.size(0), kernel.panel),
        packed_(at::empty({panels_.outputs() * weight.size(1)}, at::kFloat)) {
    const at::Tensor rows = panels_.filled_up(weight.contiguous());
    kernel_.pack(rows.const_data_ptr<float>(), rows.size(0), rows.size(1), packed_.mutable_data_ptr<float>());
  }

  at::Tensor run(const at::Tensor& x, const at::Tensor* bias, const Activation& activation) const override {
    const at::Tensor rows = x.contiguous();
    x86::LinearArguments arguments{};
    arguments.x = rows.const_data_ptr<float>();
    arguments.rows = rows.size(0);
    arguments.in = rows.size(1);
    arguments.packed = packed_.const_data_ptr<float>();
    return panels_.run(kernel_, arguments, bias, activation);
  }

 private:
  const x86::LinearKernel& kernel_;
  Panels panels_;
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
