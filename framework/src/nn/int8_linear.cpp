#include "nn/linear_backend.h"
#include "nn/panels.h"
#include "nn/quantized_weight.h"
#include "nn/x86/processor.h"

namespace mtt::nn {
namespace {

constexpr std::int64_t kQuantizedRows = 16;  // for each thread, at least

class Int8Weight : public PreparedWeight {
 public:
  Int8Weight(const x86::Int8Kernel& kernel, const at::Tensor& weight)
      : kernel_(kernel),
        panels_(weight.size(0), kernel.panel),
        depth_(multiple_of(kernel.depth, weight.size(1))),
        packed_(at::empty({panels_.outputs() * depth_ * kernel.bytes}, at::kByte)) {
    const QuantizedWeight rows = quantized(weight.contiguous());
    const at::Tensor values = panels_.filled_up(rows.values);
    scales_ = panels_.filled_up(rows.scales);
    sums_ = values.sum(1, false, at::kInt);
    kernel_.pack(values.const_data_ptr<std::int8_t>(), values.size(0), values.size(1), depth_,
                 packed_.mutable_data_ptr());
  }

  at::Tensor run(const at::Tensor& x, const at::Tensor* bias, const Activation& activation) const override {
    const at::Tensor rows = x.contiguous();
    const std::int64_t count = rows.size(0), in = rows.size(1);
    const at::Tensor levels =
        at::empty({multiple_of(kernel_.rows, count) * depth_ * kernel_.bytes}, at::kByte);
    const at::Tensor scales = at::empty({count}, at::kFloat), zeros = at::empty({count}, at::kInt);
    const auto* value = rows.const_data_ptr<float>();
    auto* level = levels.mutable_data_ptr<std::uint8_t>();
    auto* scale = scales.mutable_data_ptr<float>();
    auto* zero = zeros.mutable_data_ptr<std::int32_t>();
    at::parallel_for(0, count, kQuantizedRows, [&](std::int64_t first, std::int64_t last) {
      kernel_.quantize(value + first * in, last - first, in, depth_, level + first * depth_ * kernel_.bytes,
                       scale + first, zero + first);
    });
    x86::Int8Arguments arguments{};
    arguments.x = level;
    arguments.x_scales = scale;
    arguments.x_zeros = zero;
    arguments.rows = count;
    arguments.depth = depth_;
    arguments.packed = packed_.const_data_ptr();
    arguments.weight_scales = scales_.const_data_ptr<float>();
    arguments.weight_sums = sums_.const_data_ptr<std::int32_t>();
    return panels_.run(kernel_, arguments, bias, activation);
  }

 private:
  const x86::Int8Kernel& kernel_;
  Panels panels_;
  std::int64_t depth_;
  at::Tensor packed_, scales_, sums_;
};

class Int8Backend : public LinearBackend {
 public:
  std::shared_ptr<const PreparedWeight> prepare(const at::Tensor& weight) const override {
    return std::make_shared<Int8Weight>(*x86::int8_kernel(), weight);
  }
};

}  // namespace

const LinearBackend* int8_backend() {
  static const Int8Backend backend;
  return x86::int8_kernel() ? &backend : nullptr;
}

}  // namespace mtt::nn
