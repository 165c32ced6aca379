#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/zeros.h>

#include <mutex>

#include "mtt/nn/layers.h"
#include "nn/x86/processor.h"

namespace mtt::nn {

/// The weights in the order of the kernel. They are made again when the weights change: when their version or
/// their storage is another one, which is kept so that its address cannot come back.
class Linear::PackedWeight {
 public:
  explicit PackedWeight(const x86::LinearKernel& its_kernel) : kernel(its_kernel) {}

  at::Tensor of(const at::Tensor& weight) {
    const std::lock_guard lock(mutex_);
    const std::int64_t version = weight.is_inference() ? 0 : weight._version();
    if (!packed_.defined() || version != version_ || storage_.data() != weight.storage().data() ||
        data_ != weight.const_data_ptr()) {
      const at::Tensor rows = weight.contiguous();
      packed_ = at::empty({rows.numel()}, at::kFloat);
      kernel.pack(rows.const_data_ptr<float>(), rows.size(0), rows.size(1),
                  packed_.mutable_data_ptr<float>());
      version_ = version;
      storage_ = weight.storage();
      data_ = weight.const_data_ptr();
    }
    return packed_;
  }

  const x86::LinearKernel& kernel;

 private:
  std::mutex mutex_;
  at::Tensor packed_;
  std::int64_t version_ = 0;
  c10::Storage storage_;
  const void* data_ = nullptr;
};

Linear::Linear(std::int64_t in, std::int64_t out, bool with_bias)
    : weight(parameter("weight", {out, in})),
      bias(with_bias ? &parameter("bias", {out}) : nullptr),
      packed_(x86::linear_kernel(out) ? std::make_unique<PackedWeight>(*x86::linear_kernel(out)) : nullptr) {}

LinearAdapter::~LinearAdapter() = default;
Linear::~Linear() = default;

at::Tensor Linear::forward(const at::Tensor& x) const {
  static const Activation identity("identity");
  return forward(x, identity);
}

at::Tensor Linear::forward(const at::Tensor& x, const Activation& activation) const {
  if (adapters_.empty()) return plain(x, activation);
  static const Activation identity("identity");
  at::Tensor y = plain(x, identity);
  for (const LinearAdapter* adapter : adapters_) y = adapter->forward(x, std::move(y));
  return activation(y);
}

void Linear::adapt(std::string name, std::unique_ptr<LinearAdapter> adapter) {
  adapters_.push_back(adapter.get());
  adopt(std::move(name), std::move(adapter));
}

at::Tensor Linear::plain(const at::Tensor& x, const Activation& activation) const {
  TORCH_CHECK(x.dim() == 2 && x.size(1) == weight.size(1), "Linear takes [N, ", weight.size(1), "], got ",
              x.sizes());
  const bool needs_graph = at::GradMode::is_enabled() &&
                           (x.requires_grad() || weight.requires_grad() || (bias && bias->requires_grad()));
  if (!packed_ || needs_graph || x.scalar_type() != at::kFloat || weight.scalar_type() != at::kFloat)
    return activation(bias ? at::linear(x, weight, *bias) : at::linear(x, weight));

  const at::Tensor rows = x.contiguous();
  const at::Tensor packed = packed_->of(weight);
  const at::Tensor offset = bias ? bias->contiguous() : at::zeros({weight.size(0)}, at::kFloat);
  const at::Tensor y = at::empty({rows.size(0), weight.size(0)}, rows.options());
  const x86::LinearArguments arguments = {.x = rows.const_data_ptr<float>(),
                                          .rows = rows.size(0),
                                          .in = rows.size(1),
                                          .packed = packed.const_data_ptr<float>(),
                                          .bias = offset.const_data_ptr<float>(),
                                          .y = y.mutable_data_ptr<float>(),
                                          .out = weight.size(0),
                                          .gelu = activation.is_gelu()};
  const x86::LinearKernel& kernel = packed_->kernel;
  at::parallel_for(0, weight.size(0) / kernel.panel, 1,
                   [&](std::int64_t first, std::int64_t last) { kernel.run(arguments, first, last); });
  return activation.is_gelu() ? y : activation(y);
}

}  // namespace mtt::nn
