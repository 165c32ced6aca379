#include <ATen/ATen.h>

#include <cmath>

#include "catch.h"
#include "mtt/nn/layers.h"

using mtt::nn::Dropout;

TEST_CASE("in evaluation, and with probability 0, the input is given back") {
  const at::Tensor x = at::arange(1, 101, at::kFloat).view({10, 10});
  Dropout half(0.5), none(0);
  CHECK(at::equal(half.forward(x), x));
  none.train(true);
  CHECK(at::equal(none.forward(x), x));
}

// The probability is a multiple of 1/65536, so the factor has a relative error of up to 1e-4.
TEST_CASE("values are zero with the probability, and the others are scaled") {
  for (const double probability : {0.1, 0.5, 0.9}) {
    INFO(probability);
    Dropout dropout(probability);
    dropout.train(true);
    dropout.reseed(1);
    constexpr std::int64_t kCount = 100'000;
    const at::Tensor y = dropout.forward(at::full({kCount}, 3.0F));
    const at::Tensor zero = y == 0;
    CHECK(at::allclose(y.masked_select(zero.logical_not()),
                       at::scalar_tensor(3 / (1 - probability), at::kFloat), 1e-4));
    const double deviation = std::sqrt(probability * (1 - probability) / kCount);
    CHECK(std::abs(zero.to(at::kDouble).mean().item<double>() - probability) < 5 * deviation);
  }
}

TEST_CASE("draws depend on the seed alone") {
  Dropout one(0.3), other(0.3);
  one.train(true);
  other.train(true);
  const at::Tensor x = at::ones({40, 50});
  one.reseed(5);
  const at::Tensor first = one.forward(x), second = one.forward(x);
  other.reseed(6);
  const at::Tensor third = other.forward(x);
  other.reseed(5);
  CHECK(at::equal(other.forward(x), first));
  CHECK(at::equal(other.forward(x), second));
  CHECK_FALSE(at::equal(first, second));
  CHECK_FALSE(at::equal(first, third));
}

TEST_CASE("the gradient passes where the value did, with the same factor") {
  Dropout dropout(0.4);
  dropout.train(true);
  at::Tensor x = at::ones({500});
  x.requires_grad_(true);
  const at::Tensor y = dropout.forward(x);
  y.sum().backward();
  CHECK(at::equal(x.grad(), y.detach()));
}

TEST_CASE("rows of a part are drawn as those of the whole batch") {
  for (const std::int64_t width : {8, 6}) {
    mtt::nn::Dropout dropout(0.4);
    dropout.train(true);
    const at::Tensor whole = at::ones({5, width});
    dropout.reseed(3);
    const at::Tensor first = dropout.forward(whole), second = dropout.forward(whole);
    const auto rows = std::make_shared<mtt::nn::DrawRows>();
    rows->tokens = {1, 4};
    rows->all_tokens = 5;
    dropout.reseed(3, rows);
    const at::Tensor index = at::tensor({1, 4}, at::kLong), part = at::ones({2, width});
    CHECK(at::equal(dropout.forward(part), first.index_select(0, index)));
    CHECK(at::equal(dropout.forward(part), second.index_select(0, index)));
  }
}
