#include "nn/trained_linear.h"

#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <utility>

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

class TrainedLinear : public torch::autograd::Function<TrainedLinear> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context, const at::Tensor& x,
                            const at::Tensor& weight, const at::Tensor& bias,
                            const std::shared_ptr<const PreparedWeight>& prepared) {
    context->save_for_backward({x, weight});
    static const Activation identity("identity");
    return prepared->run(x, &bias, identity);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const at::Tensor &x = saved[0], &weight = saved[1], &dy = gradients[0];
    const bool differentiable = at::GradMode::is_enabled();
    const auto product = [&](const at::Tensor& a, const at::Tensor& b) {
      return differentiable ? a.matmul(b) : packed_product(a, b);
    };
    at::Tensor dx, dw, db;
    if (context->needs_input_grad(0)) dx = product(dy, weight);
    if (context->needs_input_grad(1)) dw = product(dy.t(), x);
    if (context->needs_input_grad(2)) db = dy.sum(0);
    return {dx, dw, db, at::Tensor()};
  }
};

}  // namespace

bool has_trained_linear(const at::Tensor& x, const at::Tensor& weight) {
  const auto fits = [](std::int64_t size) { return size % x86::kWidePanel == 0; };
  return x86::is_wider_than_mkl() && x.size(0) >= kFewestRows && fits(weight.size(0)) && fits(weight.size(1));
}

at::Tensor trained_linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor* bias,
                          std::shared_ptr<const PreparedWeight> prepared) {
  return TrainedLinear::apply(x, weight, bias ? *bias : at::zeros({weight.size(0)}), std::move(prepared));
}

}  // namespace mtt::nn
