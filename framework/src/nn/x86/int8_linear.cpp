#include <immintrin.h>

#include "nn/x86/kernels.h"
#include "nn/x86/vector.h"
#if defined(MTT_TILES)
#include "nn/x86/tiles.h"
#endif

namespace mtt::nn::x86::MTT_WIDTH {
namespace {

using Ints = std::int32_t __attribute__((vector_size(4 * kLanes)));
using StoredInts = std::int32_t __attribute__((vector_size(4 * kLanes), aligned(1), may_alias));
using StoredInt = std::int32_t __attribute__((aligned(1), may_alias));

// A lane of 32 bits adds up the products of kDepth neighbours.
#if defined(__AVX512VNNI__) || defined(__AVXVNNI__)
using Input = std::uint8_t;
using Weight = std::int8_t;
#else
using Input = std::int16_t;  // products of bytes would saturate
using Weight = std::int16_t;
#endif
constexpr std::int64_t kDepth = 4 / sizeof(Input);
using Inputs = Input __attribute__((vector_size(sizeof(Input) * kLanes)));
using StoredInputs = Input __attribute__((vector_size(sizeof(Input) * kLanes), aligned(1), may_alias));

MTT_INLINE Ints add_products(Ints sums, Ints x, Ints weights) {
#if defined(__AVX512VNNI__)
  return (Ints)_mm512_dpbusd_epi32((__m512i)sums, (__m512i)x, (__m512i)weights);
#elif defined(__AVXVNNI__)
  return (Ints)_mm256_dpbusd_avx_epi32((__m256i)sums, (__m256i)x, (__m256i)weights);
#else
  return sums + (Ints)_mm256_madd_epi16((__m256i)x, (__m256i)weights);
#endif
}

MTT_INLINE Ints load_ints(const void* from) { return *static_cast<const StoredInts*>(from); }
MTT_INLINE Ints all_ints(std::int32_t x) { return x - Ints{}; }

// Rows x vectors of sums, the vectors of weights and one of x stay within the 32 or 16 registers.
constexpr int kVectors = kLanes == 16 ? 4 : 2;
[[maybe_unused]] constexpr int kTileRows = 6;
constexpr std::int64_t kPanel = kVectors * kLanes;
#if defined(MTT_TILES)
constexpr std::int64_t kDepthStep = kTileBytes, kRowStep = kTileHeight;
#else
constexpr std::int64_t kDepthStep = kDepth, kRowStep = 1;
#endif
constexpr float kLevels = 255.0F;
constexpr float kSmallestRange = 1e-30F;  // a row within it is 0
constexpr float kRound = 12582912.0F;     // 1.5 * 2^23: adding it rounds to an integer in the low bits

std::int64_t smaller(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

void pack(const std::int8_t* weight, std::int64_t out, std::int64_t in, std::int64_t depth, void* packed) {
  auto* to = static_cast<Weight*>(packed);
  for (std::int64_t panel = 0; panel < out; panel += kPanel)
    for (std::int64_t k = 0; k < depth; k += kDepth)
      for (std::int64_t o = 0; o < kPanel; ++o)
        for (std::int64_t i = k; i < k + kDepth; ++i) *to++ = i < in ? weight[(panel + o) * in + i] : 0;
}

// A row's values and 0 lie between the lowest and the highest level. Not finite values make the scale NaN.
void quantize(const float* x, std::int64_t in, std::int64_t depth, Input* levels, float* scale,
              std::int32_t* zero) {
  Floats low = {}, high = {}, none = {};
  std::int64_t k = 0;
  for (; k + kLanes <= in; k += kLanes) {
    const Floats v = load(x + k);
    low = v < low ? v : low;
    high = v > high ? v : high;
    none += v * 0.0F;
  }
  float smallest = 0, largest = 0, not_finite = 0;
  for (std::int64_t i = 0; i < kLanes; ++i) {
    smallest = low[i] < smallest ? low[i] : smallest;
    largest = high[i] > largest ? high[i] : largest;
    not_finite += none[i];
  }
  for (std::int64_t i = k; i < in; ++i) {
    smallest = x[i] < smallest ? x[i] : smallest;
    largest = x[i] > largest ? x[i] : largest;
    not_finite += x[i] * 0.0F;
  }
  const float range = largest - smallest;
  const bool is_finite = not_finite == 0 && range < __builtin_inff();
  const float inverse = is_finite && range > kSmallestRange ? kLevels / range : 0;
  *scale = !is_finite ? __builtin_nanf("") : inverse > 0 ? range / kLevels : 0;
  const float shifted_zero = inverse > 0 ? kRound - smallest * inverse : kRound;
  *zero = __builtin_bit_cast(std::int32_t, shifted_zero) - __builtin_bit_cast(std::int32_t, kRound);
  const Ints offset = all_ints(*zero - __builtin_bit_cast(std::int32_t, kRound));
  const auto level = [&](Floats v) {
    const Floats shifted = v * inverse + kRound;
    Ints result = __builtin_bit_cast(Ints, shifted) + offset;
    result = result < 0 ? Ints{} : result;
    return result > 255 ? all_ints(255) : result;
  };
  for (k = 0; k + kLanes <= in; k += kLanes)
    *reinterpret_cast<StoredInputs*>(levels + k) = __builtin_convertvector(level(load(x + k)), Inputs);
  if (k < in) {
    float rest[kLanes] = {};
    for (std::int64_t i = k; i < in; ++i) rest[i - k] = x[i];
    const Ints last = level(load(rest));
    for (std::int64_t i = k; i < in; ++i) levels[i] = static_cast<Input>(last[i - k]);
  }
  for (k = in; k < depth; ++k) levels[k] = 0;
}

void quantize_rows(const float* x, std::int64_t rows, std::int64_t in, std::int64_t depth, void* levels,
                   float* scales, std::int32_t* zeros) {
  for (std::int64_t r = 0; r < rows; ++r)
    quantize(x + r * in, in, depth, static_cast<Input*>(levels) + r * depth, scales + r, zeros + r);
}

// The results of a row from its sums, for the outputs from `out` on.
MTT_INLINE void finish(const Int8Arguments& a, std::int64_t row, std::int64_t out, Ints sums) {
  const Ints exact = sums - a.x_zeros[row] * load_ints(a.weight_sums + out);
  const Floats y = __builtin_convertvector(exact, Floats) * (load(a.weight_scales + out) * a.x_scales[row]) +
                   load(a.bias + out);
  store(a.y + row * a.out + out, a.gelu ? gelu_of(y) : y);
}

#if defined(MTT_TILES)

// 32 rows x 32 outputs of sums are four tiles, and there are two each of x and of weights.
template <bool second_rows>
void multiply(const Int8Arguments& a, std::int64_t row, std::int64_t out) {
  const auto* x = static_cast<const Input*>(a.x) + row * a.depth;
  const auto* second_x = x + kTileHeight * a.depth;
  const auto* weights =
      static_cast<const Weight*>(a.packed) + out / kPanel * kPanel * a.depth + out % kPanel * kDepth;
  constexpr std::int64_t kWeightRow = kPanel * kDepth;
  MTT_TILE_ZERO(0);
  MTT_TILE_ZERO(1);
  MTT_TILE_ZERO(2);
  MTT_TILE_ZERO(3);
  for (std::int64_t k = 0; k < a.depth; k += kTileBytes, weights += kTileHeight * kWeightRow) {
    MTT_TILE_LOAD(4, x + k, a.depth);
    MTT_TILE_LOAD(6, weights, kWeightRow);
    MTT_TILE_LOAD(7, weights + kTileBytes, kWeightRow);
    MTT_TILE_ADD_INT8(0, 4, 6);
    MTT_TILE_ADD_INT8(1, 4, 7);
    if constexpr (second_rows) {
      MTT_TILE_LOAD(5, second_x + k, a.depth);
      MTT_TILE_ADD_INT8(2, 5, 6);
      MTT_TILE_ADD_INT8(3, 5, 7);
    }
  }
  alignas(64) std::int32_t sums[2 * kTileHeight][2 * kLanes];
  MTT_TILE_STORE(0, sums[0], sizeof sums[0]);
  MTT_TILE_STORE(1, sums[0] + kLanes, sizeof sums[0]);
  MTT_TILE_STORE(2, sums[kTileHeight], sizeof sums[0]);
  MTT_TILE_STORE(3, sums[kTileHeight] + kLanes, sizeof sums[0]);
  const std::int64_t rows = smaller(second_rows ? 2 * kTileHeight : kTileHeight, a.rows - row);
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t o = 0; o < 2 * kLanes; o += kLanes) finish(a, row + r, out + o, load_ints(sums[r] + o));
}

void run(const Int8Arguments& a, std::int64_t first_panel, std::int64_t last_panel) {
  const Tiles tiles;
  for (std::int64_t out = first_panel * kPanel; out < last_panel * kPanel; out += 2 * kLanes)
    for (std::int64_t row = 0; row < a.rows; row += 2 * kTileHeight)
      a.rows - row > kTileHeight ? multiply<true>(a, row, out) : multiply<false>(a, row, out);
}

#else

template <int rows>
void multiply(const Int8Arguments& a, std::int64_t row, std::int64_t panel) {
  const std::int64_t out = panel * kPanel;
  const auto* x = static_cast<const Input*>(a.x) + row * a.depth;
  const auto* weights = static_cast<const Weight*>(a.packed) + out * a.depth;
  Ints sums[rows][kVectors] = {};
#pragma GCC unroll 4
  for (std::int64_t k = 0; k < a.depth; k += kDepth, x += kDepth, weights += kPanel * kDepth) {
    Ints w[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) w[v] = load_ints(weights + v * kLanes * kDepth);
#pragma GCC unroll 6
    for (int r = 0; r < rows; ++r) {
      const Ints value = all_ints(*reinterpret_cast<const StoredInt*>(x + r * a.depth));
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) sums[r][v] = add_products(sums[r][v], value, w[v]);
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < rows; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) finish(a, row + r, out + v * kLanes, sums[r][v]);
}

template <int most>
void multiply_rows(const Int8Arguments& a, std::int64_t row, std::int64_t rows, std::int64_t panel) {
  if constexpr (most > 1) {
    if (rows < most) return multiply_rows<most - 1>(a, row, rows, panel);
  }
  multiply<most>(a, row, panel);
}

void run(const Int8Arguments& a, std::int64_t first_panel, std::int64_t last_panel) {
  for (std::int64_t panel = first_panel; panel < last_panel; ++panel)
    for (std::int64_t row = 0; row < a.rows; row += kTileRows)
      multiply_rows<kTileRows>(a, row, smaller(kTileRows, a.rows - row), panel);
}

#endif

}  // namespace

const Int8Kernel kInt8 = {.panel = kPanel,
                          .depth = kDepthStep,
                          .rows = kRowStep,
                          .bytes = sizeof(Input),
                          .pack = pack,
                          .quantize = quantize_rows,
                          .run = run};

}  // namespace mtt::nn::x86::MTT_WIDTH
