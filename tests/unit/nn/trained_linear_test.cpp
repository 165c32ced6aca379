#include "nn/trained_linear.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/autograd.h>

#include <vector>

#include "catch.h"

using mtt::Precision;

namespace {

struct Layer {
  at::Tensor x, weight, bias;
};

/// The same values with gradients of their own, as float or double.
Layer copy_of(const Layer& layer, at::ScalarType type) {
  const auto leaf = [&](const at::Tensor& t) { return t.to(type, false, true).detach().requires_grad_(); };
  return {leaf(layer.x), leaf(layer.weight), leaf(layer.bias)};
}

at::Tensor trained(const Layer& layer, bool with_bias = true, Precision precision = Precision::fp32) {
  const auto* reduced = mtt::nn::reduced_backend(precision);
  const auto prepared = (reduced ? reduced : mtt::nn::packed_backend())->prepare(layer.weight);
  return mtt::nn::trained_linear(layer.x, layer.weight, with_bias ? &layer.bias : nullptr, prepared,
                                 precision);
}

Layer random_layer(std::int64_t rows, std::int64_t in, std::int64_t out) {
  return {at::randn({rows, in}), at::randn({out, in}), at::randn({out})};
}

}  // namespace

TEST_CASE("gradients of a trained layer are those of its definition") {
  if (!mtt::nn::packed_backend()) MTT_SKIP("this processor has no kernel for linear layers");
  at::manual_seed(8);
  const at::AutoGradMode with_gradients(true);
  for (const auto& [rows, in, out] : {std::tuple{64, 96, 32}, {401, 384, 1536}, {70, 32, 384}}) {
    const Layer values = random_layer(rows, in, out);
    const Layer ours = copy_of(values, at::kFloat), exact = copy_of(values, at::kDouble);
    const at::Tensor direction = at::randn({rows, out});
    (trained(ours) * direction).sum().backward();
    (at::linear(exact.x, exact.weight, exact.bias) * direction).sum().backward();
    const auto close = [](const at::Tensor& a, const at::Tensor& b) {
      return ((a.grad() - b.grad()).norm() / b.grad().norm()).item<double>() < 1e-6;
    };
    CHECK(close(ours.x, exact.x));
    CHECK(close(ours.weight, exact.weight));
    CHECK(close(ours.bias, exact.bias));
  }
}

TEST_CASE("a trained layer has gradients only for what is trainable, with and without a bias") {
  if (!mtt::nn::packed_backend()) MTT_SKIP("this processor has no kernel for linear layers");
  const at::AutoGradMode with_gradients(true);
  Layer layer = random_layer(64, 64, 64);
  layer.x.requires_grad_();
  trained(layer, false).sum().backward();
  CHECK(layer.x.grad().defined());
  CHECK_FALSE(layer.weight.grad().defined());
  layer = random_layer(64, 64, 64);
  layer.weight.requires_grad_();
  trained(layer).sum().backward();
  CHECK(layer.weight.grad().defined());
  CHECK_FALSE(layer.bias.grad().defined());
  CHECK_FALSE(layer.x.grad().defined());
}

TEST_CASE("a trained layer can be differentiated twice") {
  if (!mtt::nn::packed_backend()) MTT_SKIP("this processor has no kernel for linear layers");
  at::manual_seed(9);
  const at::AutoGradMode with_gradients(true);
  const Layer values = random_layer(64, 32, 32);
  const auto second = [&](const Layer& layer, const at::Tensor& y) {
    const auto first = torch::autograd::grad({y.pow(2).sum()}, {layer.x}, {}, true, true);
    first[0].pow(2).sum().backward();
    return layer.weight.grad();
  };
  const Layer ours = copy_of(values, at::kFloat), exact = copy_of(values, at::kDouble);
  const at::Tensor a = second(ours, trained(ours)),
                   b = second(exact, at::linear(exact.x, exact.weight, exact.bias));
  CHECK(((a - b).norm() / b.norm()).item<double>() < 1e-5);
}

TEST_CASE("training computes the bits of inference") {
  const Layer values = random_layer(64, 32, 64);
  if (!mtt::nn::has_trained_linear(values.x, values.weight, Precision::fp32))
    MTT_SKIP("LibTorch trains as fast here");
  const at::AutoGradMode with_gradients(true);
  const Layer layer = copy_of(values, at::kFloat);
  const auto prepared = mtt::nn::packed_backend()->prepare(layer.weight);
  CHECK(at::equal(trained(layer), prepared->run(layer.x, &layer.bias, mtt::nn::Activation("identity"))));
  CHECK_FALSE(mtt::nn::has_trained_linear(values.x.narrow(0, 0, 8), values.weight, Precision::fp32));
  CHECK_FALSE(mtt::nn::has_trained_linear(at::randn({64, 32}), at::randn({7, 32}), Precision::fp32));
}

TEST_CASE("gradients of a layer trained in bf16 are those of rounded values") {
  if (!mtt::nn::bf16_backend()) MTT_SKIP("this processor has no bf16 products");
  at::manual_seed(10);
  const at::AutoGradMode with_gradients(true);
  const auto rounded = [](const at::Tensor& t) { return t.to(at::kBFloat16).to(at::kDouble); };
  for (const auto& [rows, in, out] : {std::tuple{64, 128, 64}, {401, 384, 1536}}) {
    const Layer values = random_layer(rows, in, out);
    REQUIRE(mtt::nn::has_trained_linear(values.x, values.weight, Precision::bf16));
    const Layer ours = copy_of(values, at::kFloat);
    const at::Tensor direction = at::randn({rows, out});
    const at::Tensor y = trained(ours, true, Precision::bf16);
    (y * direction).sum().backward();
    const auto close = [](const at::Tensor& a, const at::Tensor& b) {
      return ((a - b).norm() / b.norm()).item<double>() < 1e-5;
    };
    const at::Tensor x = rounded(values.x), w = rounded(values.weight), d = rounded(direction);
    CHECK(close(y.detach(), x.matmul(w.t()) + values.bias));
    CHECK(close(ours.x.grad(), d.matmul(w)));
    CHECK(close(ours.weight.grad(), d.t().matmul(x)));
    CHECK(close(ours.bias.grad(), direction.sum(0)));
  }
}

TEST_CASE("a layer computes in its training precision only where gradients are needed") {
  if (!mtt::nn::bf16_backend()) MTT_SKIP("this processor has no bf16 products");
  at::manual_seed(11);
  mtt::nn::Linear linear(128, 64);
  for (auto& [name, tensor] : linear.parameters()) tensor.normal_();
  linear.train_in(Precision::bf16);
  const at::Tensor x = at::randn({70, 128});
  const at::Tensor exact = linear.forward(x);
  for (auto& [name, tensor] : linear.parameters()) tensor.requires_grad_();
  const at::AutoGradMode with_gradients(true);
  const at::Tensor y = linear.forward(x).detach();
  CHECK_FALSE(at::allclose(y, exact, 1e-4, 1e-4));
  CHECK(((y - exact).norm() / exact.norm()).item<double>() < 0.005);
  CHECK(at::allclose(linear.forward(x.narrow(0, 0, 8)).detach(), exact.narrow(0, 0, 8), 1e-4,
                     1e-4));  // few rows
}
