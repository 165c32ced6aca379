#include "mtt/nn/module.h"

#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include "catch.h"
#include "mtt/nn/layers.h"
#include "nn/linear_backend.h"

namespace {

class Inner : public mtt::nn::Module {
 public:
  Inner() : order(buffer("order", at::arange(3, at::kLong))), values(parameter("values", {2, 3})) {}
  at::Tensor &order, &values;
};

class Outer : public mtt::nn::Module {
 public:
  Outer()
      : mask(buffer("mask", at::tensor({0.0F, -1e4F}))),
        inner(child<Inner>("inner")),
        drop(child<mtt::nn::Dropout>("drop", 0.5)),
        scale(parameter("scale", {4})),
        second(child<Inner>("inner.2")) {}
  at::Tensor& mask;
  Inner& inner;
  mtt::nn::Dropout& drop;
  at::Tensor& scale;
  Inner& second;
};

std::vector<std::string> names(const std::vector<mtt::nn::NamedParameter>& tensors) {
  std::vector<std::string> result;
  for (const auto& [name, tensor] : tensors) result.push_back(name);
  return result;
}

class NeedsGradient : public mtt::nn::Module {
 public:
  NeedsGradient() { buffer("mask", at::ones({2}).requires_grad_(true)); }
};

}  // namespace

TEST_CASE("parameters have dotted names: a module's own, then those of its children") {
  const Outer outer;
  CHECK(names(outer.parameters()) == std::vector<std::string>{"scale", "inner.values", "inner.2.values"});
  CHECK(outer.parameters()[1].tensor.sizes() == at::IntArrayRef({2, 3}));
  CHECK(outer.parameters()[0].tensor.scalar_type() == at::kFloat);
}

TEST_CASE("a handle sees the values that are given to the parameter") {
  Outer outer;
  outer.parameters()[0].tensor.fill_(3);
  CHECK(outer.scale.sum().item<float>() == 12);
}

TEST_CASE("the mode is that of the module and all its children, evaluation at first") {
  Outer outer;
  CHECK_FALSE(outer.training());
  outer.train(true);
  CHECK(outer.training());
  CHECK(outer.inner.training());
  CHECK(outer.drop.training());
  outer.inner.train(false);
  CHECK(outer.training());
  CHECK_FALSE(outer.inner.training());
  outer.train(false);
  CHECK_FALSE(outer.drop.training());
}

TEST_CASE("buffers are listed apart from parameters, with dotted names and their values") {
  const Outer outer;
  const auto buffers = outer.buffers();
  CHECK(names(buffers) == std::vector<std::string>{"mask", "inner.order", "inner.2.order"});
  CHECK(buffers[0].tensor.is_same(outer.mask));
  CHECK(at::equal(outer.mask, at::tensor({0.0F, -1e4F})));
  CHECK(at::equal(outer.inner.order, at::arange(3, at::kLong)));
  CHECK_THROWS_WITH(NeedsGradient(), Contains("'mask'") && Contains("requires a gradient"));
}

TEST_CASE("a conversion keeps handles valid and drops gradients") {
  Outer outer;
  outer.scale.fill_(1.5);
  outer.scale.requires_grad_(true);
  (outer.scale * 2).sum().backward();
  REQUIRE(outer.scale.grad().defined());
  const at::Tensor handle = outer.scale;
  outer.to({.dtype = at::kDouble});
  CHECK(outer.scale.scalar_type() == at::kDouble);
  CHECK(handle.scalar_type() == at::kDouble);
  CHECK(outer.inner.values.scalar_type() == at::kDouble);
  CHECK_FALSE(handle.grad().defined());
  CHECK(handle.sum().item<double>() == 6);
  CHECK(handle.requires_grad());
}

TEST_CASE("floating-point buffers are converted in place, others keep their type") {
  Outer outer;
  const at::Tensor mask = outer.mask, order = outer.inner.order;
  outer.to({.dtype = at::kDouble});
  CHECK(mask.is_same(outer.mask));
  CHECK(at::equal(mask, at::tensor({0.0, -1e4}, at::kDouble)));
  CHECK(at::equal(order, at::arange(3, at::kLong)));
  outer.to({});
  CHECK(at::equal(mask, at::tensor({0.0F, -1e4F})));
  CHECK_THROWS_WITH(outer.to({.dtype = at::kLong}), Contains("floating-point") && Contains("Long"));
}

TEST_CASE("where a module is already placed, no tensor is copied") {
  Outer outer;
  const auto addresses = [&] {
    std::vector<const void*> result;
    for (const auto& tensors : {outer.parameters(), outer.buffers()})
      for (const auto& [name, tensor] : tensors) result.push_back(tensor.const_data_ptr());
    return result;
  };
  const auto before = addresses();
  outer.to({});
  CHECK(addresses() == before);
  CHECK(before.size() == 6);
}

TEST_CASE("probability and seed of dropout reach every child") {
  Outer outer;
  outer.train(true);
  const at::Tensor x = at::ones({1000});
  outer.reseed(7);
  const at::Tensor first = outer.drop.forward(x);
  CHECK_FALSE(at::equal(outer.drop.forward(x), first));
  outer.reseed(7);
  CHECK(at::equal(outer.drop.forward(x), first));
  outer.set_dropout(0);
  CHECK(at::equal(outer.drop.forward(x), x));
}

TEST_CASE("reducing a module reduces its linear layers and nothing else") {
  if (mtt::nn::reduced_backend(mtt::Precision::int8) == nullptr)
    MTT_SKIP("this processor has no int8 kernel");
  class Layer : public mtt::nn::Module {
   public:
    Layer()
        : linear(child<mtt::nn::Linear>("linear", 8, 8)), norm(child<mtt::nn::LayerNorm>("norm", 8, 1e-5)) {}
    mtt::nn::Linear& linear;
    mtt::nn::LayerNorm& norm;
  };
  Layer layer;
  for (const auto& [name, tensor] : layer.parameters()) tensor.fill_(0.5);
  layer.infer_in(mtt::Precision::int8);
  for (const auto& [name, tensor] : layer.parameters())
    CHECK(tensor.isnan().all().item<bool>() == (name == "linear.weight"));
  CHECK(at::allclose(layer.linear.forward(at::ones({1, 8})), at::full({1, 8}, 4.5)));
}

TEST_CASE("a module trains its linear layers in the precision that it is told") {
  if (!mtt::nn::bf16_backend()) MTT_SKIP("this processor has no bf16 products");
  class Layer : public mtt::nn::Module {
   public:
    Layer() : linear(child<mtt::nn::Linear>("linear", 64, 64)) {}
    mtt::nn::Linear& linear;
  };
  at::manual_seed(12);
  const at::AutoGradMode with_gradients(true);
  Layer layer;
  for (const auto& [name, tensor] : layer.parameters()) at::Tensor(tensor).normal_();
  for (const auto& [name, tensor] : layer.parameters()) at::Tensor(tensor).requires_grad_();
  const at::Tensor x = at::randn({64, 64}), exact = layer.linear.forward(x).detach();
  layer.train_in(mtt::Precision::bf16);
  CHECK_FALSE(at::allclose(layer.linear.forward(x).detach(), exact, 1e-4, 1e-4));
  layer.train_in(mtt::Precision::fp32);
  CHECK(at::equal(layer.linear.forward(x).detach(), exact));
}
