#include <ATen/ATen.h>

#include <cmath>

#include "catch.h"
#include "mtt/nn/layers.h"
#include "nn/x86/processor.h"

namespace {

using mtt::nn::Activation;
using mtt::nn::Linear;

void fill(Linear& linear) {
  linear.weight.normal_(0, 0.1);
  if (linear.bias) linear.bias->normal_();
}

at::Tensor by_definition(const Linear& linear, const at::Tensor& x) {
  const at::Tensor y = x.to(at::kDouble).matmul(linear.weight.to(at::kDouble).t());
  return linear.bias ? y + linear.bias->to(at::kDouble) : y;
}

double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

}  // namespace

TEST_CASE("a linear layer by its definition, for sizes with and without a kernel") {
  at::manual_seed(4);
  for (const bool bias : {true, false}) {
    for (const auto& [in, out] : {std::pair{384, 48}, {200, 16}, {1, 32}, {7, 5}, {1000, 160}}) {
      Linear linear(in, out, bias);
      fill(linear);
      for (const std::int64_t rows : {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 119, 300, 529}) {
        INFO(rows << " x " << in << " -> " << out << (bias ? " with bias" : ""));
        const at::Tensor x = at::randn({rows, in});
        const at::Tensor y = linear.forward(x);
        REQUIRE(y.sizes() == at::IntArrayRef({rows, out}));
        if (rows > 0) CHECK(difference(y, by_definition(linear, x)) < 1e-4);
      }
      const at::Tensor wide = at::randn({9, 2 * in});
      const at::Tensor strided = wide.narrow(1, 0, in);
      CHECK(difference(linear.forward(strided), by_definition(linear, strided)) < 1e-4);
    }
  }
  CHECK_THROWS_WITH(Linear(8, 16).forward(at::zeros({2, 7})), Contains("Linear takes [N, 8], got [2, 7]"));
}

TEST_CASE("activations behind a linear layer are the exact ones") {
  at::manual_seed(5);
  Linear linear(64, 32);
  fill(linear);
  const at::Tensor x = at::randn({50, 64}) * 5;
  const at::Tensor y = by_definition(linear, x);
  CHECK(difference(linear.forward(x, Activation("gelu")), at::gelu(y)) < 5e-6);
  CHECK(difference(linear.forward(x, Activation("relu")), at::relu(y)) < 5e-6);
  CHECK(difference(linear.forward(x, Activation("gelu_new")), at::gelu(y, "tanh")) < 5e-6);

  Linear identity(16, 16, false);
  identity.weight.copy_(at::eye(16));
  const at::Tensor line = at::linspace(-12, 12, 16 * 3000).view({3000, 16});
  CHECK(difference(identity.forward(line, Activation("gelu")), at::gelu(line.to(at::kDouble))) < 2e-6);
}

TEST_CASE("with the kernel a row has the same bits alone and among others; without it the same values") {
  at::manual_seed(6);
  Linear linear(400, 64);
  fill(linear);
  const at::Tensor x = at::randn({550, 400});
  const at::Tensor together = linear.forward(x, Activation("gelu"));
  const at::Tensor few = linear.forward(x.narrow(0, 117, 8), Activation("gelu"));
  const auto same = [](const at::Tensor& a, const at::Tensor& b) {
    return mtt::nn::x86::linear_kernel(64) ? at::equal(a, b) : at::allclose(a, b, 1e-5, 1e-5);
  };
  for (std::int64_t i = 0; i < 8; ++i) {
    CHECK(same(together[117 + i], few[i]));
    CHECK(same(linear.forward(x.narrow(0, 541 + i, 1), Activation("gelu"))[0], together[541 + i]));
  }
}

TEST_CASE("weights that change are seen, whether in place or exchanged") {
  at::manual_seed(7);
  Linear linear(32, 16);
  fill(linear);
  const at::Tensor x = at::randn({4, 32});
  CHECK(difference(linear.forward(x), by_definition(linear, x)) < 1e-5);
  linear.weight.mul_(2);
  CHECK(difference(linear.forward(x), by_definition(linear, x)) < 1e-5);
  linear.weight.set_data(at::randn({16, 32}));
  CHECK(difference(linear.forward(x), by_definition(linear, x)) < 1e-5);
  linear.bias->fill_(3);
  CHECK(difference(linear.forward(x), by_definition(linear, x)) < 1e-5);
}

TEST_CASE("gradients flow where they are asked for, and not finite values are not hidden") {
  at::manual_seed(8);
  Linear linear(32, 16);
  fill(linear);
  const at::Tensor x = at::randn({4, 32});
  linear.weight.set_requires_grad(true);
  CHECK(linear.forward(x, Activation("gelu")).requires_grad());
  linear.weight.set_requires_grad(false);
  for (const float bad : {std::nanf(""), INFINITY, -INFINITY}) {
    at::Tensor y = x.clone();
    y[2][5] = bad;
    const at::Tensor result = linear.forward(y, Activation("gelu"));
    CHECK(result[1].isfinite().all().item<bool>());
    CHECK_FALSE(result[2].isfinite().all().item<bool>());
  }
}
