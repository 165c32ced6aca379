#include "nn/linear_backend.h"

#include <ATen/ATen.h>

#include <vector>

#include "catch.h"
#include "nn/x86/processor.h"

using mtt::nn::Activation;

TEST_CASE("every backend gives what LibTorch gives, for rows with any strides and with none") {
  at::manual_seed(9);
  const at::Tensor wide = at::randn({7, 40}), weight = at::randn({64, 20}) * 0.1, bias = at::randn({64});
  std::vector<const mtt::nn::LinearBackend*> backends = {&mtt::nn::libtorch_backend()};
  if (const auto* packed = mtt::nn::packed_backend()) backends.push_back(packed);
  for (const auto* backend : backends) {
    const auto prepared = backend->prepare(weight);
    for (const at::Tensor& x : {wide.narrow(1, 3, 20), wide.narrow(1, 0, 20).contiguous(),
                                at::randn({20, 7}).t(), wide.narrow(1, 0, 20).narrow(0, 0, 0)})
      for (const char* name : {"identity", "gelu", "relu", "gelu_new"})
        for (const at::Tensor* b : {&bias, static_cast<const at::Tensor*>(nullptr)}) {
          const at::Tensor y = prepared->run(x, b, Activation(name));
          REQUIRE(y.sizes() == at::IntArrayRef({x.size(0), 64}));
          const at::Tensor expected = Activation(name)(b ? at::linear(x, weight, *b) : at::linear(x, weight));
          CHECK(at::allclose(y, expected, 1e-5, 1e-5));
        }
  }
}

TEST_CASE("the backend is chosen by device and precision") {
  const auto& libtorch = mtt::nn::libtorch_backend();
  CHECK(&mtt::nn::linear_backend(at::kCPU, at::kDouble) == &libtorch);
  CHECK(&mtt::nn::linear_backend(at::kMeta, at::kFloat) == &libtorch);
  const auto* packed = mtt::nn::packed_backend();
  CHECK(&mtt::nn::linear_backend(at::kCPU, at::kFloat) == (packed ? packed : &libtorch));
  CHECK((packed != nullptr) == (mtt::nn::x86::linear_kernel(64) != nullptr));
}

TEST_CASE("a packed weight keeps its values when the weight changes, LibTorch's is the weight itself") {
  at::Tensor weight = at::ones({32, 4});
  const at::Tensor x = at::ones({2, 4});
  const auto value = [&](const mtt::nn::PreparedWeight& prepared) {
    const at::Tensor y = prepared.run(x, nullptr, Activation("identity"));
    CHECK(at::equal(y, at::full({2, 32}, y[0][0].item<double>())));
    return y[0][0].item<double>();
  };
  const auto plain = mtt::nn::libtorch_backend().prepare(weight);
  const auto* packed = mtt::nn::packed_backend();
  const auto kept = packed ? packed->prepare(weight) : nullptr;
  weight.fill_(2);
  CHECK(value(*plain) == 8);
  if (!packed) return;
  CHECK(value(*kept) == 4);
  CHECK(value(*packed->prepare(weight)) == 8);
}
