#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "catch.h"
#include "nn/x86/kernels.h"
#include "nn/x86/processor.h"

using mtt::nn::x86::Int8Kernel;

namespace {

struct Layer {
  std::int64_t rows, in, out;
  std::vector<float> x, weight_scales, bias;
  std::vector<std::int8_t> weight;
};

struct Result {
  std::vector<int> levels;
  std::vector<float> scales, y;
  std::vector<std::int32_t> zeros;
};

/// The kernels that this processor runs, and AMX in plain loops where it has AVX-512.
std::vector<const Int8Kernel*> kernels() {
  std::vector<const Int8Kernel*> all = mtt::nn::x86::int8_kernels();
#if defined(__x86_64__)
  if (!all.empty() && __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bf16"))
    all.push_back(&mtt::nn::x86::emulated_amx::kInt8);
#endif
  return all;
}

Layer random_layer(std::int64_t rows, std::int64_t in, std::int64_t out, bool extreme) {
  std::mt19937 draw(7);
  std::normal_distribution<float> normal;
  Layer layer{rows,
              in,
              out,
              std::vector<float>(rows * in),
              std::vector<float>(out),
              std::vector<float>(out),
              std::vector<std::int8_t>(out * in)};
  for (float& x : layer.x) x = extreme ? 1.0F : normal(draw);
  for (auto& w : layer.weight)
    w = static_cast<std::int8_t>(extreme ? 127 : static_cast<int>(draw() % 255) - 127);
  for (float& s : layer.weight_scales) s = 0.01F + std::abs(normal(draw));
  for (float& b : layer.bias) b = normal(draw);
  return layer;
}

Result run(const Int8Kernel& kernel, const Layer& layer, bool gelu) {
  const std::int64_t depth = (layer.in + kernel.depth - 1) / kernel.depth * kernel.depth;
  std::vector<std::uint8_t> levels((layer.rows + kernel.rows) * depth * kernel.bytes),
      packed(layer.out * depth * kernel.bytes);
  Result result{{},
                std::vector<float>(layer.rows),
                std::vector<float>(layer.rows * layer.out),
                std::vector<std::int32_t>(layer.rows)};
  kernel.quantize(layer.x.data(), layer.rows, layer.in, depth, levels.data(), result.scales.data(),
                  result.zeros.data());
  kernel.pack(layer.weight.data(), layer.out, layer.in, depth, packed.data());
  std::vector<std::int32_t> sums(layer.out);
  for (std::int64_t o = 0; o < layer.out; ++o)
    for (std::int64_t i = 0; i < layer.in; ++i) sums[o] += layer.weight[o * layer.in + i];
  kernel.run({.x = levels.data(),
              .x_scales = result.scales.data(),
              .x_zeros = result.zeros.data(),
              .rows = layer.rows,
              .depth = depth,
              .packed = packed.data(),
              .weight_scales = layer.weight_scales.data(),
              .weight_sums = sums.data(),
              .bias = layer.bias.data(),
              .y = result.y.data(),
              .out = layer.out,
              .gelu = gelu},
             0, layer.out / kernel.panel);
  for (std::int64_t r = 0; r < layer.rows; ++r)
    for (std::int64_t i = 0; i < layer.in; ++i) {
      const std::uint8_t* at = levels.data() + (r * depth + i) * kernel.bytes;
      result.levels.push_back(at[0]);
    }
  return result;
}

}  // namespace

TEST_CASE("the levels of a row reach from its lowest to its highest value") {
  if (kernels().empty()) MTT_SKIP("this processor has no int8 kernel");
  for (const Int8Kernel* kernel : kernels()) {
    Layer layer = random_layer(2, 40, 64, false);
    for (std::int64_t i = 0; i < 40; ++i) layer.x[i] = static_cast<float>(i) / 10 - 1;  // -1 to 2.9
    for (std::int64_t i = 0; i < 40; ++i) layer.x[40 + i] = 0;
    const Result result = run(*kernel, layer, false);
    CHECK(result.scales[0] == Approx(3.9 / 255));
    CHECK(result.zeros[0] == 65);
    CHECK(result.levels[0] == 0);
    CHECK(result.levels[39] == 255);
    for (std::int64_t i = 0; i < 40; ++i)
      CHECK(std::abs(static_cast<float>(result.levels[i] - 65) * result.scales[0] - layer.x[i]) <=
            result.scales[0] * 0.51F);
    CHECK(result.scales[1] == 0);  // a row of zeros
    CHECK(result.y[64] == layer.bias[0]);
  }
}

TEST_CASE("the sums are exact with every instruction set") {
  if (kernels().empty()) MTT_SKIP("this processor has no int8 kernel");
  for (const bool extreme : {false, true})
    for (const std::int64_t in : {1, 5, 384, 1536}) {
      const Layer layer = random_layer(41, in, 128, extreme);
      for (const Int8Kernel* kernel : kernels()) {
        const Result result = run(*kernel, layer, false);
        for (std::int64_t r = 0; r < layer.rows; ++r)
          for (std::int64_t o = 0; o < layer.out; ++o) {
            std::int64_t sum = 0;
            for (std::int64_t i = 0; i < in; ++i)
              sum += (result.levels[r * in + i] - result.zeros[r]) *
                     static_cast<std::int64_t>(layer.weight[o * in + i]);
            const float expected =
                std::fma(static_cast<float>(sum), layer.weight_scales[o] * result.scales[r], layer.bias[o]);
            REQUIRE(result.y[r * layer.out + o] == expected);
          }
      }
    }
}

TEST_CASE("all instruction sets give the same bits, with GELU as well") {
  if (kernels().empty()) MTT_SKIP("this processor has no int8 kernel");
  const Layer layer = random_layer(53, 100, 128, false);
  for (const bool gelu : {false, true})
    for (const Int8Kernel* kernel : kernels()) {
      const Result result = run(*kernel, layer, gelu), first = run(*kernels().front(), layer, gelu);
      CHECK(result.levels == first.levels);
      CHECK(result.zeros == first.zeros);
      CHECK(result.scales == first.scales);
      CHECK(result.y == first.y);
    }
}
