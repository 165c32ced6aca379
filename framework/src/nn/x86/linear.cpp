#include "nn/x86/kernels.h"
#include "nn/x86/vector.h"

namespace mtt::nn::x86::MTT_WIDTH {
namespace {

constexpr std::int64_t kPanel = 2 * kLanes;
// Rows x 2 vectors of sums, 2 of weights and 1 of x stay within the 32 or 16 registers.
constexpr int kTileRows = kLanes == 16 ? 12 : 6;
// A tile's slice of x stays in the first-level cache while the panels of a group go by; the group's slice of
// weights stays in the second-level cache while the tiles of a block go by.
constexpr std::int64_t kSlice = 384;
constexpr std::int64_t kGroup = 12 * 32 / kPanel;
constexpr std::int64_t kBlockRows = 528;
// Rows of a slice must not fall into the same sets of the cache.
constexpr std::int64_t kSliceRow = kSlice + 16;

enum class Start { bias, sums };
enum class End { sums, gelu };

struct Tile {
  const float* x;
  const float* weights;
  std::int64_t depth;
  const float* bias;
  float* y;
  std::int64_t y_row;
  Start start;
  End end;
};

template <int rows>
void multiply(const Tile& tile) {
  Floats sums[rows][2];
#pragma GCC unroll 12
  for (int r = 0; r < rows; ++r) {
    const float* from = tile.start == Start::bias ? tile.bias : tile.y + r * tile.y_row;
    sums[r][0] = load(from);
    sums[r][1] = load(from + kLanes);
  }
  const float* x = tile.x;
  const float* weights = tile.weights;
#pragma GCC unroll 4
  for (std::int64_t k = 0; k < tile.depth; ++k, ++x, weights += kPanel) {
    const Floats low = load(weights), high = load(weights + kLanes);
#pragma GCC unroll 12
    for (int r = 0; r < rows; ++r) {
      sums[r][0] += x[r * kSliceRow] * low;
      sums[r][1] += x[r * kSliceRow] * high;
    }
  }
#pragma GCC unroll 12
  for (int r = 0; r < rows; ++r) {
    float* to = tile.y + r * tile.y_row;
    store(to, tile.end == End::gelu ? gelu_of(sums[r][0]) : sums[r][0]);
    store(to + kLanes, tile.end == End::gelu ? gelu_of(sums[r][1]) : sums[r][1]);
  }
}

template <int most>
void multiply_rows(const Tile& tile, std::int64_t rows) {
  if constexpr (most > 1) {
    if (rows < most) return multiply_rows<most - 1>(tile, rows);
  }
  multiply<most>(tile);
}

std::int64_t smaller(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

void copy(const float* from, std::int64_t count, float* to) {
  std::int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) store(to + i, load(from + i));
  for (; i < count; ++i) to[i] = from[i];
}

void prefetch(const float* from, std::int64_t count) {
  for (std::int64_t i = 0; i < count; i += 16) __builtin_prefetch(from + i);
}

void pack(const float* weight, std::int64_t out, std::int64_t in, float* packed) {
  constexpr std::int64_t kSide = 4;  // of the squares that are transposed
  for (std::int64_t panel = 0; panel < out; panel += kPanel, packed += in * kPanel) {
    std::int64_t k = 0;
    for (; k + kSide <= in; k += kSide)
      for (std::int64_t o = 0; o < kPanel; o += kSide)
        transpose(weight + (panel + o) * in + k, in, packed + k * kPanel + o, kPanel);
    for (; k < in; ++k)
      for (std::int64_t o = 0; o < kPanel; ++o) packed[k * kPanel + o] = weight[(panel + o) * in + k];
  }
}

void pack_columns(const float* columns, std::int64_t in, std::int64_t out, std::int64_t first_panel,
                  std::int64_t last_panel, float* packed) {
  for (std::int64_t panel = first_panel; panel < last_panel; ++panel)
    for (std::int64_t k = 0; k < in; ++k)
      copy(columns + k * out + panel * kPanel, kPanel, packed + (panel * in + k) * kPanel);
}

void run(const LinearArguments& a, std::int64_t first_panel, std::int64_t last_panel) {
  alignas(64) float x[kTileRows * kSliceRow];
  for (std::int64_t block = 0; block < a.rows; block += kBlockRows) {
    const std::int64_t block_end = smaller(a.rows, block + kBlockRows);
    for (std::int64_t slice = 0; slice < a.in; slice += kSlice) {
      const std::int64_t depth = smaller(kSlice, a.in - slice);
      const bool last = slice + depth == a.in;
      for (std::int64_t group = first_panel; group < last_panel; group += kGroup) {
        const std::int64_t group_end = smaller(last_panel, group + kGroup);
        for (std::int64_t row = block; row < block_end; row += kTileRows) {
          const std::int64_t rows = smaller(kTileRows, block_end - row);
          for (std::int64_t r = 0; r < rows; ++r)
            copy(a.x + (row + r) * a.in + slice, depth, x + r * kSliceRow);
          for (std::int64_t panel = group; panel < group_end; ++panel) {
            if (panel - group < kTileRows)
              prefetch(a.x + (row + kTileRows + panel - group) * a.in + slice, depth);
            multiply_rows<kTileRows>({.x = x,
                                      .weights = a.packed + (panel * a.in + slice) * kPanel,
                                      .depth = depth,
                                      .bias = a.bias + panel * kPanel,
                                      .y = a.y + row * a.out + panel * kPanel,
                                      .y_row = a.out,
                                      .start = slice == 0 ? Start::bias : Start::sums,
                                      .end = last && a.gelu ? End::gelu : End::sums},
                                     rows);
          }
        }
      }
    }
  }
}

}  // namespace

const LinearKernel kLinear = {.panel = kPanel, .pack = pack, .pack_columns = pack_columns, .run = run};

}  // namespace mtt::nn::x86::MTT_WIDTH
