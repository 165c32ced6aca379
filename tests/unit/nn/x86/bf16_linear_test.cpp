#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <vector>

#include "catch.h"
#include "nn/x86/kernels.h"
#include "nn/x86/processor.h"

using mtt::nn::x86::Bf16Kernel;

namespace {

std::vector<const Bf16Kernel*> kernels() {
  std::vector<const Bf16Kernel*> all = mtt::nn::x86::bf16_kernels();
  if (!all.empty()) all.push_back(&mtt::nn::x86::emulated_amx::kBf16);
  return all;
}

float widened(std::uint16_t value) {
  const std::uint32_t bits = static_cast<std::uint32_t>(value) << 16;
  float result = 0;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

}  // namespace

TEST_CASE("inputs are rounded to the nearest bfloat16, ties to even") {
  if (kernels().empty()) MTT_SKIP("this processor has no bf16 products");
  const std::vector<float> x = {1.0F, 1.00390625F, 1.01171875F, -2.0078125F, 3.0e38F, 0.1F, 0.0F};
  const std::vector<float> expected = {1.0F, 1.0F, 1.015625F, -2.0F, 3.0e38F, 0.1F, 0.0F};
  for (const Bf16Kernel* kernel : kernels()) {
    std::vector<std::uint16_t> rounded(64);
    kernel->round(x.data(), 1, 7, 64, rounded.data());
    for (std::size_t i = 0; i < x.size(); ++i)
      CHECK(widened(rounded[i]) == Approx(expected[i]).epsilon(0.004));
    for (std::size_t i : {0, 1, 2, 3, 6}) CHECK(widened(rounded[i]) == expected[i]);
    for (std::size_t i = 7; i < 64; ++i) CHECK(rounded[i] == 0);
  }
}

TEST_CASE("a layer in bfloat16 sums its rounded products") {
  if (kernels().empty()) MTT_SKIP("this processor has no bf16 products");
  std::mt19937 draw(3);
  std::normal_distribution<float> normal;
  for (const std::int64_t in : {1, 33, 384})
    for (const std::int64_t rows : {1, 7, 16, 41})
      for (const Bf16Kernel* kernel : kernels()) {
        constexpr std::int64_t kOut = 128;
        const std::int64_t depth = (in + kernel->depth - 1) / kernel->depth * kernel->depth;
        std::vector<float> x(rows * in), weight(kOut * in), bias(kOut), y(rows * kOut);
        for (auto* values : {&x, &weight, &bias})
          for (float& v : *values) v = normal(draw);
        std::vector<std::uint16_t> rounded((rows + kernel->rows) * depth), w(kOut * in), packed(kOut * depth);
        kernel->round(weight.data(), kOut, in, in, w.data());
        kernel->pack(w.data(), kOut, in, depth, packed.data());
        kernel->round(x.data(), rows, in, depth, rounded.data());
        std::vector<float> columns(in * kOut);
        for (std::int64_t o = 0; o < kOut; ++o)
          for (std::int64_t i = 0; i < in; ++i) columns[i * kOut + o] = weight[o * in + i];
        std::vector<std::uint16_t> from_columns(kOut * depth);
        kernel->pack_columns(columns.data(), in, kOut, depth, 0, kOut / kernel->panel, from_columns.data());
        REQUIRE(from_columns == packed);
        kernel->run({.x = rounded.data(),
                     .rows = rows,
                     .depth = depth,
                     .packed = packed.data(),
                     .bias = bias.data(),
                     .y = y.data(),
                     .out = kOut,
                     .gelu = false},
                    0, kOut / kernel->panel);
        for (std::int64_t r = 0; r < rows; ++r)
          for (std::int64_t o = 0; o < kOut; ++o) {
            double expected = bias[o], size = std::abs(bias[o]);
            for (std::int64_t i = 0; i < in; ++i) {
              const double product =
                  static_cast<double>(widened(rounded[r * depth + i])) * widened(w[o * in + i]);
              expected += product;
              size += std::abs(product);
            }
            REQUIRE(std::abs(y[r * kOut + o] - expected) <= 1e-6 * size);
          }
      }
}
