#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

#include "catch.h"
#include "nn/x86/kernels.h"
#include "nn/x86/processor.h"

using mtt::nn::x86::NormArguments;
using mtt::nn::x86::NormKernel;

namespace {

/// The kernel that this processor runs, or null.
const NormKernel* kernel = mtt::nn::x86::norm_kernel(mtt::nn::x86::kNormBlock);

}  // namespace

TEST_CASE("rows are normalised as in double precision, with and without a sum") {
  if (!kernel) MTT_SKIP("this processor has no kernel");
  std::mt19937 draw(5);
  std::normal_distribution<float> normal(0.3F, 2);
  for (const std::int64_t size : {32, 96, 384, 1024})
    for (const bool adds : {false, true}) {
      constexpr std::int64_t kRows = 3;
      std::vector<float> x(kRows * size), added(x.size()), weight(size), bias(size), y(x.size());
      for (auto* values : {&x, &added, &weight, &bias})
        for (float& value : *values) value = normal(draw);
      const NormArguments arguments{.x = x.data(),
                                    .added = adds ? added.data() : nullptr,
                                    .size = size,
                                    .weight = weight.data(),
                                    .bias = bias.data(),
                                    .epsilon = 1e-12F,
                                    .y = y.data()};
      kernel->run(arguments, 0, kRows);
      double largest = 0;
      for (std::int64_t row = 0; row < kRows; ++row) {
        double mean = 0, variance = 0;
        const auto value = [&](std::int64_t i) {
          return static_cast<double>(x[row * size + i]) + (adds ? added[row * size + i] : 0);
        };
        for (std::int64_t i = 0; i < size; ++i) mean += value(i) / static_cast<double>(size);
        for (std::int64_t i = 0; i < size; ++i)
          variance += (value(i) - mean) * (value(i) - mean) / static_cast<double>(size);
        for (std::int64_t i = 0; i < size; ++i)
          largest = std::max(
              largest,
              std::abs(y[row * size + i] - (value(i) - mean) / std::sqrt(variance) * weight[i] - bias[i]));
      }
      CHECK(largest < 1e-5);

      const std::vector<float> all = y;
      NormArguments in_place = arguments;
      in_place.y = x.data();
      kernel->run(in_place, 1, 2);
      CHECK(std::vector<float>(x.begin() + size, x.begin() + 2 * size) ==
            std::vector<float>(all.begin() + size, all.begin() + 2 * size));
    }
}

namespace {

/// A row of `size` equal weights and small biases, normalised.
std::vector<float> normalised(std::vector<float> x, float bias_value) {
  const std::vector<float> weight(x.size(), 1), bias(x.size(), bias_value);
  kernel->run({.x = x.data(),
               .added = nullptr,
               .size = static_cast<std::int64_t>(x.size()),
               .weight = weight.data(),
               .bias = bias.data(),
               .epsilon = 1e-12F,
               .y = x.data()},
              0, 1);
  return x;
}

}  // namespace

TEST_CASE("a row of equal values becomes the bias") {
  if (!kernel) MTT_SKIP("this processor has no kernel");
  for (const float value : {0.0F, 0.1F, 1.0F, -3.7F, 100.0F, 12345.678F})
    for (const std::size_t size : {32U, 384U})
      CHECK(normalised(std::vector<float>(size, value), 0.25F) == std::vector<float>(size, 0.25F));
}

TEST_CASE("a row that is not finite, or whose variance overflows, has no finite values") {
  if (!kernel) MTT_SKIP("this processor has no kernel");
  for (const float value : {std::nanf(""), INFINITY, -INFINITY, 1e30F}) {
    std::vector<float> x(32, 1);
    x[5] = value;
    for (const float y : normalised(x, 0)) CHECK(std::isnan(y));
  }
}
