#include "nn/linear_backend.h"

#include <ATen/ATen.h>

#include <limits>
#include <utility>
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

TEST_CASE("layers of reduced precision are as exact as their inputs and weights") {
  if (!mtt::nn::bf16_backend() && !mtt::nn::int8_backend())
    MTT_SKIP("this processor has no reduced precision");
  at::manual_seed(4);
  struct Case {
    const mtt::nn::LinearBackend* backend;
    double error;  ///< relative, over all results
  };
  for (const auto& [backend, error] :
       {Case{mtt::nn::bf16_backend(), 0.003}, Case{mtt::nn::int8_backend(), 0.015}}) {
    if (backend == nullptr) continue;
    for (const auto& [in, out] :
         {std::pair{384, 1536}, std::pair{1536, 384}, std::pair{37, 50}, std::pair{1, 1}}) {
      const at::Tensor x = at::randn({40, in}), weight = at::randn({out, in}), bias = at::randn({out});
      const auto prepared = backend->prepare(weight);
      for (const char* name : {"identity", "gelu", "relu"}) {
        const at::Tensor expected = Activation(name)(at::linear(x, weight, bias));
        const at::Tensor y = prepared->run(x, &bias, Activation(name));
        REQUIRE(y.sizes() == expected.sizes());
        CHECK(((y - expected).norm() / expected.norm()).item<double>() < error);
      }
      const at::Tensor without = prepared->run(x.narrow(0, 0, 3), nullptr, Activation("identity"));
      CHECK(at::allclose(without, prepared->run(x, &bias, Activation("identity")).narrow(0, 0, 3) - bias,
                         1e-3, 1e-3));
      CHECK(prepared->run(x.narrow(0, 0, 0), &bias, Activation("gelu")).size(0) == 0);
    }
  }
}

TEST_CASE("a row of any backend but LibTorch's is the same in any batch") {
  if (!mtt::nn::packed_backend()) MTT_SKIP("this processor has no kernel for linear layers");
  at::manual_seed(5);
  for (const auto* backend : {mtt::nn::packed_backend(), mtt::nn::bf16_backend(), mtt::nn::int8_backend()}) {
    if (backend == nullptr) continue;
    const at::Tensor weight = at::randn({96, 130}), bias = at::randn({96}), x = at::randn({61, 130});
    const auto prepared = backend->prepare(weight);
    const at::Tensor all = prepared->run(x, &bias, Activation("gelu"));
    for (std::int64_t count : {1, 2, 5, 6, 7, 13, 60})
      for (std::int64_t first = 0; first + count <= x.size(0); first += count)
        REQUIRE(at::equal(prepared->run(x.narrow(0, first, count), &bias, Activation("gelu")),
                          all.narrow(0, first, count)));
  }
}

TEST_CASE("values that are not finite stay so in layers of reduced precision") {
  if (!mtt::nn::bf16_backend() && !mtt::nn::int8_backend())
    MTT_SKIP("this processor has no reduced precision");
  const float infinity = std::numeric_limits<float>::infinity();
  for (const auto* backend : {mtt::nn::bf16_backend(), mtt::nn::int8_backend()}) {
    if (backend == nullptr) continue;
    const auto prepared = backend->prepare(at::ones({16, 20}));
    at::Tensor x = at::ones({3, 20});
    x[0][19] = infinity - infinity;
    x[1][3] = infinity;
    const at::Tensor y = prepared->run(x, nullptr, Activation("identity"));
    CHECK_FALSE(y[0].isfinite().any().item<bool>());
    CHECK_FALSE(y[1].isfinite().any().item<bool>());
    CHECK(at::allclose(y[2], at::full({16}, 20.0), 0.01));
  }
}
