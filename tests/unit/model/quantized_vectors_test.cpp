#include "model/quantized_vectors.h"

#include <ATen/ATen.h>

#include "catch.h"

TEST_CASE("bytes divide the range of each dimension into 255 steps") {
  const at::Tensor vectors =
      at::tensor({0.0, -255.0, 1.0, 0.0, 1.9, 2.0, 255.0, 255.0}, at::kFloat).reshape({4, 2});
  const mtt::VectorRanges ranges = mtt::VectorRanges::of(vectors);
  const at::Tensor unsigned_bytes = mtt::quantized_to_bytes(vectors, ranges, mtt::Quantization::uint8);
  CHECK(at::equal(unsigned_bytes, at::tensor({0, 0, 1, 127, 1, 128, 255, 255}, at::kByte).reshape({4, 2})));
  const at::Tensor bytes = mtt::quantized_to_bytes(vectors, ranges, mtt::Quantization::int8);
  CHECK(at::equal(bytes, at::tensor({-128, -128, -127, -1, -127, 0, 127, 127}, at::kChar).reshape({4, 2})));
}

TEST_CASE("values outside of the ranges become their ends, and a dimension without a range has the step 1") {
  const mtt::VectorRanges ranges{at::zeros({2}), at::tensor({1.0, 0.0}, at::kFloat)};
  const at::Tensor outside = at::tensor({-3.0, 1.0, 7.0, -1.0}, at::kFloat).reshape({2, 2});
  CHECK(at::equal(mtt::quantized_to_bytes(outside, ranges, mtt::Quantization::uint8),
                  at::tensor({0, 1, 255, 0}, at::kByte).reshape({2, 2})));
}

TEST_CASE("bits are the signs, the first dimension highest") {
  const at::Tensor vectors =
      at::tensor({1.0, -1.0, 0.0, 0.5, -2.0, -1.0, -1.0, 3.0, 0.1, -0.1}, at::kFloat).reshape({1, 10});
  CHECK(at::equal(mtt::quantized_to_bits(vectors, mtt::Quantization::ubinary),
                  at::tensor({0b10010001, 0b10000000}, at::kByte).reshape({1, 2})));
  CHECK(at::equal(mtt::quantized_to_bits(vectors, mtt::Quantization::binary),
                  at::tensor({0b10010001 - 128, 0}, at::kChar).reshape({1, 2})));
}
