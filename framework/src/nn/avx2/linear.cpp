#include "nn/avx2/linear.h"

#include "nn/avx2/vector.h"

namespace mtt::nn::avx2 {
namespace {

// 6 rows x 2 vectors of sums, 2 of weights and 1 of x fill 15 of 16 registers.
constexpr int kTileRows = 6;
// A block of rows stays in the second-level cache, a slice of a panel in the first-level one.
constexpr std::int64_t kBlockRows = 20 * kTileRows;
constexpr std::int64_t kSlice = 192;

enum class Start { bias, sums };
enum class End { sums, gelu };

struct Tile {
  const float* x;
  std::int64_t x_row;
  const float* weights;
  std::int64_t depth;
  const float* bias;
  float* y;
  std::int64_t y_row;
  Start start;
  End end;
};

template <int rows>
MTT_INLINE void multiply(const Tile& tile) {
  Floats sums[rows][2];
#pragma GCC unroll 6
  for (int r = 0; r < rows; ++r) {
    const float* from = tile.start == Start::bias ? tile.bias : tile.y + r * tile.y_row;
    sums[r][0] = load(from);
    sums[r][1] = load(from + kLanes);
  }
  const float* weights = tile.weights;
#pragma GCC unroll 4
  for (std::int64_t k = 0; k < tile.depth; ++k, weights += kPanel) {
    const Floats low = load(weights), high = load(weights + kLanes);
#pragma GCC unroll 6
    for (int r = 0; r < rows; ++r) {
      const float x = tile.x[r * tile.x_row + k];
      sums[r][0] += x * low;
      sums[r][1] += x * high;
    }
  }
#pragma GCC unroll 6
  for (int r = 0; r < rows; ++r) {
    float* to = tile.y + r * tile.y_row;
    store(to, tile.end == End::gelu ? gelu_of(sums[r][0]) : sums[r][0]);
    store(to + kLanes, tile.end == End::gelu ? gelu_of(sums[r][1]) : sums[r][1]);
  }
}

void multiply(const Tile& tile, std::int64_t rows) {
  switch (rows) {
    case 1:
      return multiply<1>(tile);
    case 2:
      return multiply<2>(tile);
    case 3:
      return multiply<3>(tile);
    case 4:
      return multiply<4>(tile);
    case 5:
      return multiply<5>(tile);
    default:
      return multiply<6>(tile);
  }
}

std::int64_t smaller(std::int64_t a, std::int64_t b) { return a < b ? a : b; }

}  // namespace

void pack(const float* weight, std::int64_t out, std::int64_t in, float* packed) {
  for (std::int64_t panel = 0; panel < out; panel += kPanel)
    for (std::int64_t k = 0; k < in; ++k)
      for (std::int64_t o = 0; o < kPanel; ++o) *packed++ = weight[(panel + o) * in + k];
}

void linear(const LinearArguments& a, std::int64_t first_panel, std::int64_t last_panel) {
  for (std::int64_t block = 0; block < a.rows; block += kBlockRows) {
    const std::int64_t block_end = smaller(a.rows, block + kBlockRows);
    for (std::int64_t slice = 0; slice < a.in; slice += kSlice) {
      const std::int64_t depth = smaller(kSlice, a.in - slice);
      const bool last = slice + depth == a.in;
      for (std::int64_t panel = first_panel; panel < last_panel; ++panel) {
        for (std::int64_t row = block; row < block_end; row += kTileRows) {
          multiply({.x = a.x + row * a.in + slice,
                    .x_row = a.in,
                    .weights = a.packed + (panel * a.in + slice) * kPanel,
                    .depth = depth,
                    .bias = a.bias + panel * kPanel,
                    .y = a.y + row * a.out + panel * kPanel,
                    .y_row = a.out,
                    .start = slice == 0 ? Start::bias : Start::sums,
                    .end = last && a.gelu ? End::gelu : End::sums},
                   smaller(kTileRows, block_end - row));
        }
      }
    }
  }
}

}  // namespace mtt::nn::avx2
