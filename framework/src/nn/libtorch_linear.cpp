#include <ATen/ops/linear.h>

#include "nn/linear_backend.h"

namespace mtt::nn {
namespace {

class PlainWeight : public PreparedWeight {
 public:
  explicit PlainWeight(at::Tensor weight) : weight_(std::move(weight)) {}

  at::Tensor run(const at::Tensor& x, const at::Tensor* bias, const Activation& activation) const override {
    return activation(bias ? at::linear(x, weight_, *bias) : at::linear(x, weight_));
  }

 private:
  at::Tensor weight_;
};

class LibTorchBackend : public LinearBackend {
 public:
  std::shared_ptr<const PreparedWeight> prepare(const at::Tensor& weight) const override {
    return std::make_shared<PlainWeight>(weight);
  }
};

}  // namespace

const LinearBackend& libtorch_backend() {
  static const LibTorchBackend backend;
  return backend;
}

}  // namespace mtt::nn
