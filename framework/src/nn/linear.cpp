#include <ATen/core/grad_mode.h>
#include <ATen/ops/full.h>

#include <limits>
#include <mutex>
#include <utility>

#include "mtt/nn/layers.h"
#include "nn/linear_backend.h"
#include "nn/trained_linear.h"

namespace mtt::nn {

/// The weight as backends need it. It is prepared again when the weight changed: when its version, storage,
/// address or type is another one. The storage is kept so that its address cannot come back.
class Linear::Products {
 public:
  explicit Products(const at::Tensor& weight) : libtorch_(libtorch_backend().prepare(weight)) {}

  std::shared_ptr<const PreparedWeight> of(const LinearBackend& backend, const at::Tensor& weight) {
    if (&backend == &libtorch_backend()) return libtorch_;
    const std::lock_guard lock(mutex_);
    const std::int64_t version = weight.is_inference() ? 0 : weight._version();
    if (&backend != backend_ || version != version_ || storage_.data() != weight.storage().data() ||
        data_ != weight.const_data_ptr() || type_ != weight.scalar_type()) {
      prepared_ = backend.prepare(weight);
      backend_ = &backend;
      version_ = version;
      storage_ = weight.storage();
      data_ = weight.const_data_ptr();
      type_ = weight.scalar_type();
    }
    return prepared_;
  }

  /// Keeps this weight for good.
  void fix(std::shared_ptr<const PreparedWeight> prepared) {
    prepared_ = std::move(prepared);
    storage_ = {};
  }
  const PreparedWeight& fixed() const { return *prepared_; }

 private:
  std::shared_ptr<const PreparedWeight> libtorch_;
  std::mutex mutex_;
  std::shared_ptr<const PreparedWeight> prepared_;
  const LinearBackend* backend_ = nullptr;
  std::int64_t version_ = 0;
  c10::Storage storage_;
  const void* data_ = nullptr;
  at::ScalarType type_ = at::kFloat;
};

Linear::Linear(std::int64_t in, std::int64_t out, bool bias)
    : weight_(parameter("weight", {out, in})),
      bias_(bias ? &parameter("bias", {out}) : nullptr),
      products_(std::make_unique<Products>(weight_)) {}

LinearAdapter::~LinearAdapter() = default;
Linear::~Linear() = default;

void Linear::assign(const at::Tensor& weight, const at::Tensor& bias) {
  TORCH_CHECK(weight.sizes() == weight_.sizes(), "a Linear with a weight ", weight_.sizes(), " is assigned ",
              weight.sizes());
  TORCH_CHECK(bias.defined() == (bias_ != nullptr),
              bias_ ? "a Linear with a bias is assigned none" : "a Linear without a bias is assigned one");
  TORCH_CHECK(!bias_ || bias.sizes() == bias_->sizes(), "a Linear with a bias ", bias_->sizes(),
              " is assigned ", bias.sizes());
  const at::NoGradGuard no_grad;
  weight_.copy_(weight);
  if (bias_) bias_->copy_(bias);
}

void Linear::infer_in(Precision precision) {
  TORCH_CHECK(!reduced_, "a Linear is reduced twice");
  if (precision == Precision::fp32) {
    products_->of(linear_backend(weight_.device(), weight_.scalar_type()), weight_);
    return;
  }
  const LinearBackend* backend = reduced_backend(precision);
  TORCH_CHECK(backend != nullptr, "this processor has no products of the precision of a Linear");
  const at::NoGradGuard no_grad;
  products_->fix(backend->prepare(weight_));
  const at::Tensor none = at::full({1, 1}, std::numeric_limits<float>::quiet_NaN());
  weight_.set_data(none.expand(weight_.sizes()));
  reduced_ = true;
}

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
  TORCH_CHECK(x.dim() == 2 && x.size(1) == in(), "Linear takes [N, ", in(), "], got ", x.sizes());
  const bool needs_graph = at::GradMode::is_enabled() && (x.requires_grad() || weight_.requires_grad() ||
                                                          (bias_ && bias_->requires_grad()));
  if (reduced_) {
    TORCH_CHECK(!needs_graph, "a Linear of reduced precision has no gradients");
    return products_->fixed().run(x, bias_, activation);
  }
  const bool fits = x.scalar_type() == weight_.scalar_type() && x.device() == weight_.device();
  const LinearBackend& fastest = linear_backend(weight_.device(), weight_.scalar_type());
  const bool is_ours = fits && &fastest == packed_backend();
  if (needs_graph && is_ours && has_trained_linear(x, weight_, training_precision_)) {
    const Precision precision = training_precision(weight_, training_precision_);
    const LinearBackend* reduced = reduced_backend(precision);
    return activation(
        trained_linear(x, weight_, bias_, products_->of(reduced ? *reduced : fastest, weight_), precision));
  }
  const LinearBackend& backend = needs_graph || !fits ? libtorch_backend() : fastest;
  return products_->of(backend, weight_)->run(x, bias_, activation);
}

}  // namespace mtt::nn
