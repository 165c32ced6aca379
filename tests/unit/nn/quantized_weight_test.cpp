#include "nn/quantized_weight.h"

#include <ATen/ATen.h>

#include <limits>

#include "catch.h"
#include "mtt/error.h"

using namespace mtt;

TEST_CASE("a row's largest magnitude becomes 127, and the others the nearest level") {
  const at::Tensor weight = at::tensor({1.0F, -2.54F, 0.0F, 0.03F, 0.0F, 0.0F}).view({3, 2});
  const auto [values, scales] = nn::quantized(weight);
  CHECK(at::equal(values, at::tensor({50, -127, 0, 127, 0, 0}).to(at::kChar).view({3, 2})));
  CHECK(at::allclose(scales, at::tensor({0.02F, 0.03F / 127, 0.0F})));
}

TEST_CASE("a quantised weight is quantised to the same values and scales again") {
  at::manual_seed(3);
  const at::Tensor weight = at::randn({2000, 24}) * at::logspace(-6, 3, 2000).unsqueeze(1);
  const nn::QuantizedWeight first = nn::quantized(weight);
  const at::Tensor restored = nn::dequantized(first);
  CHECK(((restored - weight).abs() <= first.scales.unsqueeze(1) * 0.5001).all().item<bool>());
  const nn::QuantizedWeight second = nn::quantized(restored);
  CHECK(at::equal(first.values, second.values));
  CHECK(at::equal(first.scales, second.scales));
}

TEST_CASE("a weight that is not finite is not quantised") {
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH(nn::quantized(at::full({2, 2}, infinity)), Contains("not finite"));
  CHECK_THROWS_AS(nn::quantized(at::full({2, 2}, infinity - infinity)), Error);
}
