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
  mtt::nn::LayerNorm norm(8, 0.25);
  norm.weight.normal_();
  norm.bias.normal_();
  const at::Tensor x = at::randn({5, 8});
  const at::Tensor centred = x - x.mean(1, true);
  const at::Tensor expected =
      centred / (centred.square().mean(1, true) + 0.25).sqrt() * norm.weight + norm.bias;
  CHECK(at::allclose(norm.forward(x), expected, 1e-5, 1e-6));
}

TEST_CASE("an embedding gives the rows of its indices") {
  mtt::nn::Embedding embedding(4, 3);
  embedding.weight.copy_(at::arange(12, at::kFloat).view({4, 3}));
  const at::Tensor rows = embedding.forward(at::tensor({3, 0, 3}, at::kLong));
  CHECK(at::equal(rows, at::tensor({9.0F, 10.0F, 11.0F, 0.0F, 1.0F, 2.0F, 9.0F, 10.0F, 11.0F}).view({3, 3})));
}
