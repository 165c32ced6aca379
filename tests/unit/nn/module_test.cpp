#include "mtt/nn/module.h"

#include <ATen/ATen.h>

#include "catch.h"
#include "mtt/nn/layers.h"

namespace {

class Inner : public mtt::nn::Module {
 public:
  Inner() : values(parameter("values", {2, 3})) {}
  at::Tensor& values;
};

class Outer : public mtt::nn::Module {
 public:
  Outer()
      : inner(child<Inner>("inner")),
        drop(child<mtt::nn::Dropout>("drop", 0.5)),
        scale(parameter("scale", {4})),
        second(child<Inner>("inner.2")) {}
  Inner& inner;
  mtt::nn::Dropout& drop;
  at::Tensor& scale;
  Inner& second;
};

std::vector<std::string> names(const mtt::nn::Module& module) {
  std::vector<std::string> result;
  for (const auto& [name, tensor] : module.parameters()) result.push_back(name);
  return result;
}

}  // namespace

TEST_CASE("parameters have dotted names: a module's own, then those of its children") {
  const Outer outer;
  CHECK(names(outer) == std::vector<std::string>{"scale", "inner.values", "inner.2.values"});
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

TEST_CASE("a conversion keeps handles valid and drops gradients") {
  Outer outer;
  outer.scale.fill_(1.5);
  outer.scale.requires_grad_(true);
  (outer.scale * 2).sum().backward();
  REQUIRE(outer.scale.grad().defined());
  const at::Tensor handle = outer.scale;
  outer.to(at::kDouble);
  CHECK(outer.scale.scalar_type() == at::kDouble);
  CHECK(handle.scalar_type() == at::kDouble);
  CHECK(outer.inner.values.scalar_type() == at::kDouble);
  CHECK_FALSE(handle.grad().defined());
  CHECK(handle.sum().item<double>() == 6);
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
