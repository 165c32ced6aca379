#include "nn/bf16_product.h"
#include "nn/linear_backend.h"
#include "nn/panels.h"
#include "nn/x86/processor.h"

namespace mtt::nn {
namespace {

constexpr std::int64_t kRoundedRows = 16;  // for each thread, at least

class Bf16Weight : public PreparedWeight {
 public:
  Bf16Weight(const x86::Bf16Kernel& kernel, const at::Tensor& weight)
      : kernel_(kernel),
        panels_(weight.size(0), kernel.panel),
        depth_(multiple_of(kernel.depth, weight.size(1))),
        packed_(at::empty({panels_.outputs() * depth_}, at::kBFloat16)) {
    const at::Tensor values = panels_.filled_up(weight.contiguous().to(at::kBFloat16));
    kernel_.pack(static_cast<const std::uint16_t*>(values.const_data_ptr()), values.size(0), values.size(1),
                 depth_, static_cast<std::uint16_t*>(packed_.mutable_data_ptr()));
  }

  at::Tensor run(const at::Tensor& x, const at::Tensor* bias, const Activation& activation) const override {
    return bf16_product(kernel_, panels_, x, packed_, depth_, bias, activation);
  }

 private:
  const x86::Bf16Kernel& kernel_;
  Panels panels_;
  std::int64_t depth_;
  at::Tensor packed_;
};

class Bf16Backend : public LinearBackend {
 public:
  std::shared_ptr<const PreparedWeight> prepare(const at::Tensor& weight) const override {
    return std::make_shared<Bf16Weight>(*x86::bf16_kernel(), weight);
  }
};

}  // namespace

at::Tensor bf16_product(const x86::Bf16Kernel& kernel, const Panels& panels, const at::Tensor& x,
                        const at::Tensor& packed, std::int64_t depth, const at::Tensor* bias,
                        const Activation& activation) {
  const at::Tensor rows = x.contiguous();
  const std::int64_t count = rows.size(0), in = rows.size(1);
  const at::Tensor rounded = at::empty({multiple_of(kernel.rows, count), depth}, at::kBFloat16);
  const auto* value = rows.const_data_ptr<float>();
  auto* to = static_cast<std::uint16_t*>(rounded.mutable_data_ptr());
  at::parallel_for(0, count, kRoundedRows, [&](std::int64_t first, std::int64_t last) {
    kernel.round(value + first * in, last - first, in, depth, to + first * depth);
  });
  x86::Bf16Arguments arguments{};
  arguments.x = to;
  arguments.rows = count;
  arguments.depth = depth;
  arguments.packed = static_cast<const std::uint16_t*>(packed.const_data_ptr());
  return panels.run(kernel, arguments, bias, activation);
}

const LinearBackend* bf16_backend() {
  static const Bf16Backend backend;
  return x86::bf16_kernel() ? &backend : nullptr;
}

}  // namespace mtt::nn
