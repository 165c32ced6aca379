#include "mtt/nn/layers.h"

#include <ATen/ATen.h>

#include <cmath>

#include "catch.h"
#include "mtt/error.h"

using mtt::nn::Activation;

TEST_CASE("activations have their known values") {
  const auto at_one = [](const char* name) {
    return Activation(name)(at::ones({1}, at::kDouble)).item<double>();
  };
  CHECK(at_one("gelu") == Approx(0.8413447461).epsilon(1e-8));
  CHECK(at_one("gelu_new") == Approx(0.8411919906).epsilon(1e-8));
  CHECK(at_one("gelu_pytorch_tanh") == at_one("gelu_new"));
  CHECK(at_one("silu") == Approx(1 / (1 + std::exp(-1.0))));
  CHECK(at_one("tanh") == Approx(std::tanh(1.0)));
  CHECK(at_one("relu") == 1);
  CHECK(at_one("identity") == 1);
  CHECK(at::equal(Activation("relu")(at::tensor({-2.0F, 0.5F})), at::tensor({0.0F, 0.5F})));
  CHECK(at::equal(Activation("identity")(at::tensor({-2.0F})), at::tensor({-2.0F})));
  CHECK(Activation("gelu").is_gelu());
  CHECK_FALSE(Activation("gelu_new").is_gelu());
  CHECK_THROWS_WITH(Activation("swish2"), Contains("swish2") && Contains("gelu_pytorch_tanh"));
}

TEST_CASE("layer normalisation by its definition, with the epsilon below the root") {
  at::manual_seed(2);
  for (const std::int64_t size : {8, 32, 384}) {
    mtt::nn::LayerNorm norm(size, 0.25);
    norm.weight.normal_();
    norm.bias.normal_();
    const at::Tensor x = at::randn({5, size}), residual = at::randn({5, size});
    const auto expected = [&](const at::Tensor& z) {
      const at::Tensor centred = z - z.mean(1, true);
      return centred / (centred.square().mean(1, true) + 0.25).sqrt() * norm.weight + norm.bias;
    };
    const at::Tensor of_x = expected(x), of_sum = expected(x + residual);
    for (const bool needs_gradients : {false, true}) {
      norm.weight.requires_grad_(needs_gradients);
      CHECK(at::allclose(norm.forward(x), of_x, 1e-5, 1e-5));
      CHECK(at::allclose(norm.forward(x.clone(), residual), of_sum, 1e-5, 1e-5));
    }
    norm.weight.requires_grad_(false);
    CHECK(at::equal(norm.forward(x).narrow(0, 3, 1), norm.forward(x.narrow(0, 3, 1))));
    CHECK(at::allclose(norm.forward(x.view({1, 5, size})), of_x.view({1, 5, size}), 1e-5, 1e-5));
    CHECK(norm.forward(x.narrow(0, 0, 0)).size(0) == 0);
    CHECK_THROWS(norm.forward(at::randn({5, size + 1})));
  }
}

TEST_CASE("the gradients of layer normalisation are those of its definition") {
  at::manual_seed(3);
  mtt::nn::LayerNorm norm(32, 1e-5);
  norm.weight.normal_();
  norm.bias.normal_();
  norm.weight.requires_grad_(true);
  const at::Tensor x = at::randn({4, 32}), residual = at::randn({4, 32}).requires_grad_(true);
  norm.forward(x.clone(), residual).square().sum().backward();
  const at::Tensor got = residual.grad().clone(), of_weight = norm.weight.grad().clone();
  residual.mutable_grad().reset();
  norm.weight.mutable_grad().reset();
  const at::Tensor z = x + residual, centred = z - z.mean(1, true);
  (centred / (centred.square().mean(1, true) + 1e-5).sqrt() * norm.weight + norm.bias)
      .square()
      .sum()
      .backward();
  CHECK(at::allclose(got, residual.grad(), 1e-4, 1e-5));
  CHECK(at::allclose(of_weight, norm.weight.grad(), 1e-4, 1e-5));
}

TEST_CASE("an embedding gives the rows of its indices") {
  mtt::nn::Embedding embedding(4, 3);
  embedding.weight.copy_(at::arange(12, at::kFloat).view({4, 3}));
  const at::Tensor rows = embedding.forward(at::tensor({3, 0, 3}, at::kLong));
  CHECK(at::equal(rows, at::tensor({9.0F, 10.0F, 11.0F, 0.0F, 1.0F, 2.0F, 9.0F, 10.0F, 11.0F}).view({3, 3})));
}
