// Linear layers on packed weights.
#pragma once

#include <cstdint>

namespace mtt::nn::avx2 {

/// Outputs that are computed side by side: a panel of the packed weights.
constexpr std::int64_t kPanel = 16;

/// weight [out, in] → packed [out / 16][in][16]; `out` must be a multiple of 16.
void pack(const float* weight, std::int64_t out, std::int64_t in, float* packed);

/// y = x Wᵀ + b, or its GELU. Every row of y is the same whatever the number of rows.
struct LinearArguments {
  const float* x;  ///< [rows, in]
  std::int64_t rows;
  std::int64_t in;
  const float* packed;
  const float* bias;  ///< [out]
  float* y;           ///< [rows, out]
  std::int64_t out;
  bool gelu;
};

/// Computes the panels first_panel .. last_panel-1 of y.
void linear(const LinearArguments& arguments, std::int64_t first_panel, std::int64_t last_panel);

}  // namespace mtt::nn::avx2
