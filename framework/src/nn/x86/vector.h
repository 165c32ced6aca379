// As many floats at once as a register holds: eight with AVX2, sixteen with AVX-512.
#pragma once

#include <cstdint>

namespace mtt::nn::x86::MTT_WIDTH {

#if defined(__AVX512F__)
constexpr std::int64_t kLanes = 16;
#else
constexpr std::int64_t kLanes = 8;
#endif

using Floats = float __attribute__((vector_size(4 * kLanes)));
using Bits = std::uint32_t __attribute__((vector_size(4 * kLanes)));
using StoredFloats = float __attribute__((vector_size(4 * kLanes), aligned(4), may_alias));
using Four = float __attribute__((vector_size(16)));
using StoredFour = float __attribute__((vector_size(16), aligned(4), may_alias));

#define MTT_INLINE __attribute__((always_inline)) static inline

MTT_INLINE Floats load(const float* from) { return *reinterpret_cast<const StoredFloats*>(from); }
MTT_INLINE void store(float* to, Floats x) { *reinterpret_cast<StoredFloats*>(to) = x; }
MTT_INLINE Floats all(float x) { return x - Floats{}; }

/// 4 rows of 4 floats at from, from + from_row, ... → their columns at to, to + to_row, ...
MTT_INLINE void transpose(const float* from, std::int64_t from_row, float* to, std::int64_t to_row) {
  const auto row = [&](int i) -> Four { return *reinterpret_cast<const StoredFour*>(from + i * from_row); };
  const auto put = [&](int i, Four x) { *reinterpret_cast<StoredFour*>(to + i * to_row) = x; };
  const Four a = row(0), b = row(1), c = row(2), d = row(3);
  const Four ab_low = __builtin_shufflevector(a, b, 0, 4, 1, 5);
  const Four ab_high = __builtin_shufflevector(a, b, 2, 6, 3, 7);
  const Four cd_low = __builtin_shufflevector(c, d, 0, 4, 1, 5);
  const Four cd_high = __builtin_shufflevector(c, d, 2, 6, 3, 7);
  put(0, __builtin_shufflevector(ab_low, cd_low, 0, 1, 4, 5));
  put(1, __builtin_shufflevector(ab_low, cd_low, 2, 3, 6, 7));
  put(2, __builtin_shufflevector(ab_high, cd_high, 0, 1, 4, 5));
  put(3, __builtin_shufflevector(ab_high, cd_high, 2, 3, 6, 7));
}

/// e^x for x <= 0: x = n ln 2 + r with |r| <= ln 2 / 2, a polynomial for e^r (Cephes expf), 2^n by its bits.
MTT_INLINE Floats exp_of_negative(Floats x) {
  constexpr float kSmallest = -87.0F;
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: adding it rounds to an integer in the low bits
  x = x < kSmallest ? all(kSmallest) : x;
  const Floats shifted = x * 1.44269504F + kRound;
  const Floats n = shifted - kRound;
  const Floats r = x - n * 0.693359375F + n * 2.12194440e-4F;
  Floats p = all(1.9875691500e-4F);
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + r + 1.0F;
  const Bits power = (__builtin_bit_cast(Bits, shifted) << 23) + (127U << 23);
  return p * __builtin_bit_cast(Floats, power);
}

/// x/2 (1 + erf(x/√2)); erf as a quotient of polynomials on [-4, 4] (the one of Eigen), beyond it constant.
MTT_INLINE Floats gelu_of(Floats x) {
  Floats z = x * 0.70710678118F;
  z = z > 4.0F ? all(4.0F) : z;
  z = z < -4.0F ? all(-4.0F) : z;
  const Floats y = z * z;
  Floats p = all(-2.72614225801306e-10F);
  p = p * y + 2.77068142495902e-08F;
  p = p * y - 2.10102402082508e-06F;
  p = p * y - 5.69250639462346e-05F;
  p = p * y - 7.34990630326855e-04F;
  p = p * y - 2.95459980854025e-03F;
  p = p * y - 1.60960333262415e-02F;
  Floats q = all(-1.45660718464996e-05F);
  q = q * y - 2.13374055278905e-04F;
  q = q * y - 1.68282697438203e-03F;
  q = q * y - 7.37332916720468e-03F;
  q = q * y - 1.42647390514189e-02F;
  const Floats half = x * 0.5F;
  return half + half * (z * p / q);
}

}  // namespace mtt::nn::x86::MTT_WIDTH
