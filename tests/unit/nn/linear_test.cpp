#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <thread>

#include "../model/weight_files.h"
#include "catch.h"
#include "model/weight_loading.h"
#include "mtt/nn/layers.h"
#include "nn/linear_backend.h"
#include "nn/x86/processor.h"
#include "temporary_folder.h"
#include "train/adamw.h"

namespace {

using mtt::nn::Activation;
using mtt::nn::Linear;

/// Undefined where there is none.
at::Tensor parameter(const Linear& linear, const std::string& wanted) {
  for (const auto& [name, tensor] : linear.parameters())
    if (name == wanted) return tensor;
  return {};
}
at::Tensor weight_of(const Linear& linear) { return parameter(linear, "weight"); }
at::Tensor bias_of(const Linear& linear) { return parameter(linear, "bias"); }

void fill(Linear& linear) {
  weight_of(linear).normal_(0, 0.1);
  if (at::Tensor bias = bias_of(linear); bias.defined()) bias.normal_();
}

at::Tensor by_definition(const Linear& linear, const at::Tensor& x) {
  const at::Tensor y = x.to(at::kDouble).matmul(weight_of(linear).to(at::kDouble).t());
  const at::Tensor bias = bias_of(linear);
  return bias.defined() ? y + bias.to(at::kDouble) : y;
}

double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

/// Writes into the result that it is given.
class AddsInPlace : public mtt::nn::LinearAdapter {
 public:
  explicit AddsInPlace(double value) : value_(value) {}
  at::Tensor forward(const at::Tensor& x, at::Tensor y) const override {
    y.narrow(1, 0, 1).add_(x.narrow(1, 0, 1), value_);
    return y;
  }

 private:
  double value_;
};

class Doubles : public mtt::nn::LinearAdapter {
 public:
  at::Tensor forward(const at::Tensor&, at::Tensor y) const override { return y * 2; }
};

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
  identity.assign(at::eye(16), {});
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
  weight_of(linear).mul_(2);
  CHECK(difference(linear.forward(x), by_definition(linear, x)) < 1e-5);
  weight_of(linear).set_data(at::randn({16, 32}));
  CHECK(difference(linear.forward(x), by_definition(linear, x)) < 1e-5);
  bias_of(linear).fill_(3);
  CHECK(difference(linear.forward(x), by_definition(linear, x)) < 1e-5);
}

TEST_CASE("gradients flow where they are asked for, and not finite values are not hidden") {
  at::manual_seed(8);
  Linear linear(32, 16);
  fill(linear);
  const at::Tensor x = at::randn({4, 32});
  weight_of(linear).set_requires_grad(true);
  CHECK(linear.forward(x, Activation("gelu")).requires_grad());
  weight_of(linear).set_requires_grad(false);
  for (const float bad : {std::nanf(""), INFINITY, -INFINITY}) {
    at::Tensor y = x.clone();
    y[2][5] = bad;
    const at::Tensor result = linear.forward(y, Activation("gelu"));
    CHECK(result[1].isfinite().all().item<bool>());
    CHECK_FALSE(result[2].isfinite().all().item<bool>());
  }
}

TEST_CASE("a row has the same bits alone and in company, for any number of outputs") {
  if (!mtt::nn::packed_backend()) MTT_SKIP("this processor has no kernel");
  const at::NoGradGuard no_grad;
  at::manual_seed(12);
  for (const std::int64_t out : {1, 2, 5, 7, 16, 17, 39, 150}) {
    INFO(out);
    Linear linear(384, out);
    fill(linear);
    const at::Tensor x = at::randn({40, 384}), together = linear.forward(x);
    CHECK(together.is_contiguous());
    CHECK(difference(together, by_definition(linear, x)) < 1e-4);
    for (const std::int64_t row : {0, 13, 39})
      CHECK(at::equal(linear.forward(x.narrow(0, row, 1))[0], together[row]));
    CHECK(at::equal(linear.forward(x.narrow(0, 3, 11)), together.narrow(0, 3, 11)));
  }
}

TEST_CASE("values that are loaded, and the steps of an optimizer, are seen") {
  at::manual_seed(10);
  Linear linear(32, 16);
  fill(linear);
  const at::Tensor x = at::randn({4, 32});
  linear.forward(x);

  const TemporaryFolder folder;
  const at::Tensor loaded = at::randn({16, 32});
  const auto* values = loaded.const_data_ptr<float>();
  write_float_tensors(folder.path() / "model.safetensors",
                      {{"weight", {16, 32}, {values, values + loaded.numel()}},
                       {"bias", {16}, std::vector<float>(16, 0.5F)}});
  std::vector<std::string> warnings;
  mtt::load_weights(
      linear, mtt::Weights::read(folder.path()),
      [](std::string_view name) { return mtt::WeightTarget{std::string(name)}; }, warnings);
  CHECK(at::equal(weight_of(linear), loaded));
  CHECK(difference(linear.forward(x), by_definition(linear, x)) < 1e-5);

  mtt::AdamW optimizer({}, {{"weight", weight_of(linear).set_requires_grad(true), 0.1, 0}});
  linear.forward(x).square().sum().backward();
  optimizer.step(1);
  CHECK(difference(weight_of(linear).detach(), loaded) > 0.05);
  const at::NoGradGuard no_grad;
  CHECK(difference(linear.forward(x), by_definition(linear, x)) < 1e-5);
}

TEST_CASE("a layer computes in the type that it is placed in, and again in float32") {
  at::manual_seed(11);
  Linear linear(32, 16);
  fill(linear);
  const at::Tensor x = at::randn({4, 32});
  const at::Tensor single = linear.forward(x);
  linear.to({.dtype = at::kDouble});
  const at::Tensor wide = linear.forward(x.to(at::kDouble));
  CHECK(wide.scalar_type() == at::kDouble);
  CHECK(difference(wide, by_definition(linear, x)) < 1e-12);
  linear.to({});
  CHECK(at::equal(linear.forward(x), single));
}

TEST_CASE("assign sets the values, and refuses other shapes") {
  Linear linear(3, 2), plain(3, 2, false);
  CHECK(linear.in() == 3);
  CHECK(linear.out() == 2);
  weight_of(linear).set_requires_grad(true);
  linear.assign(at::full({2, 3}, 2.0), at::full({2}, 1.0));
  plain.assign(at::full({2, 3}, 2.0, at::kDouble), {});
  weight_of(linear).set_requires_grad(false);
  const at::Tensor x = at::ones({1, 3});
  CHECK(at::equal(linear.forward(x), at::full({1, 2}, 7.0)));
  CHECK(at::equal(plain.forward(x), at::full({1, 2}, 6.0)));
  const at::Tensor weight = at::zeros({2, 3}), bias = at::zeros({2});
  CHECK_THROWS_WITH(linear.assign(at::zeros({3, 2}), bias), Contains("[2, 3]") && Contains("[3, 2]"));
  CHECK_THROWS_WITH(linear.assign(at::zeros({1, 3}), bias), Contains("[1, 3]"));
  CHECK_THROWS_WITH(linear.assign(weight, at::zeros({1})), Contains("bias [2]") && Contains("[1]"));
  CHECK_THROWS_WITH(linear.assign(weight, {}), Contains("is assigned none"));
  CHECK_THROWS_WITH(plain.assign(weight, bias), Contains("without a bias"));
  CHECK(at::equal(linear.forward(x), at::full({1, 2}, 7.0)));
}

TEST_CASE("adapters act in turn before the activation, and the input stays as it is") {
  for (const std::int64_t out : {5, 16}) {
    Linear linear(out, out, false);
    linear.assign(at::eye(out), {});
    linear.adapt("first", std::make_unique<AddsInPlace>(3));
    linear.adapt("second", std::make_unique<Doubles>());
    linear.adapt("third", std::make_unique<AddsInPlace>(1));
    const at::Tensor x = at::full({2, out}, -1.0);
    at::Tensor expected = at::full({2, out}, -2.0);  // first column: (x + 3 x) · 2 + x
    expected.narrow(1, 0, 1).fill_(-9);
    CHECK(at::equal(linear.forward(x), expected));
    CHECK(at::equal(linear.forward(x, Activation("relu")), at::zeros({2, out})));
    CHECK(at::equal(x, at::full({2, out}, -1.0)));
  }
}

TEST_CASE("threads that make the first product at once get the same result") {
  at::manual_seed(12);
  Linear linear(64, 32);
  fill(linear);
  const at::Tensor x = at::randn({5, 64});
  std::vector<at::Tensor> results(4);
  std::vector<std::thread> threads;
  for (at::Tensor& result : results)
    threads.emplace_back([&] {
      const at::NoGradGuard no_grad;
      result = linear.forward(x);
    });
  for (std::thread& thread : threads) thread.join();
  for (const at::Tensor& result : results)  // LibTorch's products depend on the number of threads
    CHECK((mtt::nn::packed_backend() ? at::equal(result, linear.forward(x))
                                     : at::allclose(result, linear.forward(x), 1e-5, 1e-5)));
}

TEST_CASE(
    "a reduced layer computes as its backend, adapters included, and keeps the shape of its weight alone") {
  at::manual_seed(6);
  CHECK(mtt::nn::reduced_backend(mtt::Precision::fp32) == nullptr);
  for (const mtt::Precision precision : {mtt::Precision::bf16, mtt::Precision::int8}) {
    const auto* backend = mtt::nn::reduced_backend(precision);
    if (backend == nullptr) continue;
    Linear linear(40, 64);
    fill(linear);
    const at::Tensor x = at::randn({5, 40}), bias = bias_of(linear);
    const at::Tensor expected = backend->prepare(weight_of(linear))->run(x, &bias, Activation("identity"));
    linear.forward(x);  // has packed its weight
    linear.adapt("doubles", std::make_unique<Doubles>());
    linear.infer_in(precision);
    CHECK(at::equal(linear.forward(x), expected * 2));
    CHECK(linear.in() == 40);
    CHECK(linear.out() == 64);
    CHECK(weight_of(linear).isnan().all().item<bool>());
    CHECK(weight_of(linear).storage().nbytes() == sizeof(float));
    CHECK_THROWS_WITH(linear.infer_in(precision), Contains("twice"));
    at::Tensor input = at::randn({5, 40}).requires_grad_();
    const at::AutoGradMode with_gradients(true);
    CHECK_THROWS_WITH(linear.forward(input), Contains("no gradients"));
  }
}

TEST_CASE("a layer prepared for fp32 computes the same, follows its parameters and has gradients") {
  at::manual_seed(7);
  Linear linear(40, 64);
  fill(linear);
  const at::Tensor x = at::randn({5, 40}), before = linear.forward(x);
  linear.infer_in(mtt::Precision::fp32);
  CHECK(at::equal(linear.forward(x), before));
  fill(linear);
  CHECK_FALSE(at::equal(linear.forward(x), before));
  const at::AutoGradMode with_gradients(true);
  CHECK(linear.forward(at::randn({5, 40}).requires_grad_()).requires_grad());
}
