#include "nn/trained_linear.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

#include "nn/bf16_product.h"
#include "nn/panels.h"
#include "nn/x86/processor.h"

namespace mtt::nn {
namespace {

constexpr std::int64_t kFewestRows = 64;

/// rows [N, K] · columns [K, M]; M fills the kernel's panels.
at::Tensor packed_product(const at::Tensor& rows, const at::Tensor& columns) {
  const at::Tensor x = rows.contiguous(), w = columns.contiguous();
  const std::int64_t in = w.size(0), out = w.size(1);
  const x86::LinearKernel& kernel = *x86::linear_kernel(out);
  const Panels panels(out, kernel.panel);
  const at::Tensor packed = at::empty({out * in}, at::kFloat);
  const float* from = w.const_data_ptr<float>();
  float* to = packed.mutable_data_ptr<float>();
  at::parallel_for(0, out / kernel.panel, 1, [&](std::int64_t first, std::int64_t last) {
    kernel.pack_columns(from, in, out, first, last, to);
  });
  x86::LinearArguments arguments{};
  arguments.x = x.const_data_ptr<float>();
  arguments.rows = x.size(0);
  arguments.in = in;
  arguments.packed = to;
  static const Activation identity("identity");
  return panels.run(kernel, arguments, nullptr, identity);
}

/// The same on values rounded to bfloat16.
at::Tensor rounded_product(const at::Tensor& rows, const at::Tensor& columns) {
  const at::Tensor w = columns.contiguous();
  const std::int64_t in = w.size(0), out = w.size(1);
  const x86::Bf16Kernel& kernel = *x86::bf16_kernel();
  const std::int64_t depth = multiple_of(kernel.depth, in);
  const at::Tensor packed = at::empty({out * depth}, at::kBFloat16);
  const auto* from = w.const_data_ptr<float>();
  auto* to = static_cast<std::uint16_t*>(packed.mutable_data_ptr());
  at::parallel_for(0, out / kernel.panel, 1, [&](std::int64_t first, std::int64_t last) {
    kernel.pack_columns(from, in, out, depth, first, last, to);
  });
  static const Activation identity("identity");
  return bf16_product(kernel, Panels(out, kernel.panel), rows, packed, depth, nullptr, identity);
}

class TrainedLinear : public torch::autograd::Function<TrainedLinear> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& weight, const at::Tensor& bias,
                            const std::shared_ptr<const PreparedWeight>& prepared, bool is_bf16) {
    context->save_for_backward(
        {weight.requires_grad() ? x : at::Tensor(), x.requires_grad() ? weight : at::Tensor()});
    context->saved_data["is_bf16"] = is_bf16;
    static const Activation identity("identity");
    return prepared->run(x, &bias, identity);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &dy = gradients[0];
    const bool differentiable = at::GradMode::is_enabled(), is_bf16 = context->saved_data["is_bf16"].toBool();
    const auto product = [&](const at::Tensor& a, const at::Tensor& b) {
      return differentiable ? a.matmul(b) : is_bf16 ? rounded_product(a, b) : packed_product(a, b);
    };
    at::Tensor dx, dw, db;
    if (context->needs_input_grad(0)) dx = product(dy, weight);
    if (context->needs_input_grad(1)) dw = product(dy.t(), x);
    if (context->needs_input_grad(2)) db = dy.sum(0);
    return {dx, dw, db, at::Tensor(), at::Tensor()};
  }
};

}  // namespace

Precision training_precision(const at::Tensor& weight, Precision asked) {
  const auto fits = [&](std::int64_t panel) {
    return weight.size(0) % panel == 0 && weight.size(1) % panel == 0;
  };
  const bool is_bf16 =
      asked == Precision::bf16 && x86::bf16_kernel() != nullptr && fits(x86::bf16_kernel()->panel);
  return is_bf16 ? Precision::bf16 : Precision::fp32;
}

bool has_trained_linear(const at::Tensor& x, const at::Tensor& weight, Precision precision) {
  if (x.size(0) < kFewestRows) return false;
  if (training_precision(weight, precision) == Precision::bf16) return true;
  return x86::is_wider_than_mkl() && weight.size(0) % x86::kWidePanel == 0 &&
         weight.size(1) % x86::kWidePanel == 0;
}

at::Tensor trained_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor* bias,
                          std::shared_ptr<const PreparedWeight> prepared, Precision precision) {
  return TrainedLinear::apply(x, weight, bias ? *bias : at::zeros({weight.size(0)}), std::move(prepared),
                              precision == Precision::bf16);
}

}  // namespace mtt::nn
