#include <immintrin.h>

#include "nn/x86/kernels.h"
#include "nn/x86/vector.h"
#if defined(MTT_TILES)
#include "nn/x86/tiles.h"
#endif

namespace mtt::nn::x86::MTT_WIDTH {
namespace {

using Pairs = __m512bh;
using StoredPairs = __m512bh __attribute__((aligned(1), may_alias));
using StoredBits = std::uint32_t __attribute__((vector_size(64), aligned(1), may_alias));
using Halves = std::uint16_t __attribute__((vector_size(32)));
using StoredPair = std::int32_t __attribute__((aligned(1), may_alias));

constexpr int kVectors = 4;
[[maybe_unused]] constexpr int kTileRows = 6;
constexpr std::int64_t kPanel = kVectors * kLanes;
#if defined(MTT_TILES)
constexpr std::int64_t kDepthStep = kTileBytes / 2, kRowStep = kTileHeight;
#else
constexpr std::int64_t kDepthStep = 2, kRowStep = 1;
#endif

std::int64_t smaller(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

void pack(const std::uint16_t* weight, std::int64_t out, std::int64_t in, std::int64_t depth,
          std::uint16_t* packed) {
  for (std::int64_t panel = 0; panel < out; panel += kPanel)
    for (std::int64_t k = 0; k < depth; k += 2)
      for (std::int64_t o = 0; o < kPanel; ++o)
        for (std::int64_t i = k; i < k + 2; ++i) *packed++ = i < in ? weight[(panel + o) * in + i] : 0;
}

// Each lane's low half is a bfloat16.
Bits rounded(const float* values) {
  return __builtin_convertvector((Halves)_mm512_cvtneps_pbh((__m512)load(values)), Bits);
}

void pack_columns(const float* columns, std::int64_t in, std::int64_t out, std::int64_t depth,
                  std::int64_t first_panel, std::int64_t last_panel, std::uint16_t* packed) {
  for (std::int64_t panel = first_panel; panel < last_panel; ++panel) {
    std::uint16_t* to = packed + panel * kPanel * depth;
    for (std::int64_t k = 0; k < depth; k += 2)
      for (std::int64_t o = panel * kPanel; o < (panel + 1) * kPanel; o += kLanes, to += 2 * kLanes) {
        const Bits even = k < in ? rounded(columns + k * out + o) : Bits{};
        const Bits odd = k + 1 < in ? rounded(columns + (k + 1) * out + o) : Bits{};
        *reinterpret_cast<StoredBits*>(to) = even | odd << 16;
      }
  }
}

void round(const float* x, std::int64_t in, std::int64_t depth, std::uint16_t* to) {
  for (std::int64_t k = 0; k < in; k += kLanes) {
    const std::int64_t here = smaller(kLanes, in - k);
    const auto mask = static_cast<__mmask16>((1U << here) - 1);
    const __m256bh values = _mm512_cvtneps_pbh(_mm512_maskz_loadu_ps(mask, x + k));
    _mm256_mask_storeu_epi16(to + k, mask, (__m256i)values);
  }
  for (std::int64_t k = in; k < depth; ++k) to[k] = 0;
}

void round_rows(const float* x, std::int64_t rows, std::int64_t in, std::int64_t depth, std::uint16_t* to) {
  for (std::int64_t r = 0; r < rows; ++r) round(x + r * in, in, depth, to + r * depth);
}

#if defined(MTT_TILES)

// 32 rows x 32 outputs of sums are four tiles, and there are two each of x and of weights.
template <bool second_rows>
void multiply(const Bf16Arguments& a, std::int64_t row, std::int64_t out) {
  const std::uint16_t* x = a.x + row * a.depth;
  const std::uint16_t* second_x = x + kTileHeight * a.depth;
  const std::uint16_t* weights = a.packed + out / kPanel * kPanel * a.depth + out % kPanel * 2;
  constexpr std::int64_t kWeightRow = kPanel * 2, kTileValues = kTileBytes / 2;
  const std::int64_t x_bytes = a.depth * 2, weight_bytes = kWeightRow * 2;
  MTT_TILE_ZERO(0);
  MTT_TILE_ZERO(1);
  MTT_TILE_ZERO(2);
  MTT_TILE_ZERO(3);
  for (std::int64_t k = 0; k < a.depth; k += kTileValues, weights += kTileHeight * kWeightRow) {
    MTT_TILE_LOAD(4, x + k, x_bytes);
    MTT_TILE_LOAD(6, weights, weight_bytes);
    MTT_TILE_LOAD(7, weights + kTileValues, weight_bytes);
    MTT_TILE_ADD_BF16(0, 4, 6);
    MTT_TILE_ADD_BF16(1, 4, 7);
    if constexpr (second_rows) {
      MTT_TILE_LOAD(5, second_x + k, x_bytes);
      MTT_TILE_ADD_BF16(2, 5, 6);
      MTT_TILE_ADD_BF16(3, 5, 7);
    }
  }
  alignas(64) float sums[2 * kTileHeight][2 * kLanes];
  MTT_TILE_STORE(0, sums[0], sizeof sums[0]);
  MTT_TILE_STORE(1, sums[0] + kLanes, sizeof sums[0]);
  MTT_TILE_STORE(2, sums[kTileHeight], sizeof sums[0]);
  MTT_TILE_STORE(3, sums[kTileHeight] + kLanes, sizeof sums[0]);
  const std::int64_t rows = smaller(second_rows ? 2 * kTileHeight : kTileHeight, a.rows - row);
  for (std::int64_t r = 0; r < rows; ++r)
    for (std::int64_t o = 0; o < 2 * kLanes; o += kLanes) {
      const Floats y = load(sums[r] + o) + load(a.bias + out + o);
      store(a.y + (row + r) * a.out + out + o, a.gelu ? gelu_of(y) : y);
    }
}

void run(const Bf16Arguments& a, std::int64_t first_panel, std::int64_t last_panel) {
  const Tiles tiles;
  for (std::int64_t out = first_panel * kPanel; out < last_panel * kPanel; out += 2 * kLanes)
    for (std::int64_t row = 0; row < a.rows; row += 2 * kTileHeight)
      a.rows - row > kTileHeight ? multiply<true>(a, row, out) : multiply<false>(a, row, out);
}

#else

template <int rows>
void multiply(const Bf16Arguments& a, std::int64_t row, std::int64_t panel) {
  const std::int64_t out = panel * kPanel;
  const std::uint16_t* x = a.x + row * a.depth;
  const std::uint16_t* weights = a.packed + out * a.depth;
  Floats sums[rows][kVectors];
#pragma GCC unroll 6
  for (int r = 0; r < rows; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) sums[r][v] = load(a.bias + out + v * kLanes);
#pragma GCC unroll 4
  for (std::int64_t k = 0; k < a.depth; k += 2, x += 2, weights += kPanel * 2) {
    Pairs w[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) w[v] = *reinterpret_cast<const StoredPairs*>(weights + v * kLanes * 2);
#pragma GCC unroll 6
    for (int r = 0; r < rows; ++r) {
      const auto value = (Pairs)_mm512_set1_epi32(*reinterpret_cast<const StoredPair*>(x + r * a.depth));
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v)
        sums[r][v] = (Floats)_mm512_dpbf16_ps((__m512)sums[r][v], value, w[v]);
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < rows; ++r)
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v)
      store(a.y + (row + r) * a.out + out + v * kLanes, a.gelu ? gelu_of(sums[r][v]) : sums[r][v]);
}

template <int most>
void multiply_rows(const Bf16Arguments& a, std::int64_t row, std::int64_t rows, std::int64_t panel) {
  if constexpr (most > 1) {
    if (rows < most) return multiply_rows<most - 1>(a, row, rows, panel);
  }
  multiply<most>(a, row, panel);
}

void run(const Bf16Arguments& a, std::int64_t first_panel, std::int64_t last_panel) {
  for (std::int64_t panel = first_panel; panel < last_panel; ++panel)
    for (std::int64_t row = 0; row < a.rows; row += kTileRows)
      multiply_rows<kTileRows>(a, row, smaller(kTileRows, a.rows - row), panel);
}

#endif

}  // namespace

const Bf16Kernel kBf16 = {.panel = kPanel,
                          .depth = kDepthStep,
                          .rows = kRowStep,
                          .pack = pack,
                          .pack_columns = pack_columns,
                          .round = round_rows,
                          .run = run};

}  // namespace mtt::nn::x86::MTT_WIDTH
