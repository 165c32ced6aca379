// The tile registers of AMX: eight matrices of 16 rows of 64 bytes. A source that is compiled without AMX
// gets plain loops in their place, with which tests check it on any processor.
#pragma once

#include <cstdint>

namespace mtt::nn::x86::MTT_WIDTH {

constexpr std::int64_t kTileHeight = 16;  // rows
constexpr std::int64_t kTileBytes = 64;   // of a row

#if defined(__AMX_TILE__)

#define MTT_TILE_ZERO(to) _tile_zero(to)
#define MTT_TILE_LOAD(to, from, row_bytes) _tile_loadd(to, from, row_bytes)
#define MTT_TILE_STORE(tile, to, row_bytes) _tile_stored(tile, to, row_bytes)
// sums[16][16] += x[16][16 groups] · weights[16 groups][16], a group being 4 bytes or 2 bfloat16
#define MTT_TILE_ADD_INT8(sums, x, weights) _tile_dpbusd(sums, x, weights)
#define MTT_TILE_ADD_BF16(sums, x, weights) _tile_dpbf16ps(sums, x, weights)

/// The tile registers of this thread, usable while it lives.
class Tiles {
 public:
  Tiles() {
    const Config config;
    _tile_loadconfig(&config);
  }
  ~Tiles() { _tile_release(); }

 private:
  struct alignas(64) Config {
    std::uint8_t palette = 1, first_row = 0, reserved[14] = {};
    std::uint16_t row_bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    std::uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  };
};

#else

struct Tile {
  alignas(64) unsigned char rows[kTileHeight][kTileBytes];
};
inline thread_local Tile emulated[8];

#define MTT_TILE_ZERO(to) emulated[to] = {}
#define MTT_TILE_LOAD(to, from, row_bytes) load_tile(emulated[to], from, row_bytes)
#define MTT_TILE_STORE(tile, to, row_bytes) store_tile(emulated[tile], to, row_bytes)
#define MTT_TILE_ADD_INT8(sums, x, weights) add_int8(emulated[sums], emulated[x], emulated[weights])
#define MTT_TILE_ADD_BF16(sums, x, weights) add_bf16(emulated[sums], emulated[x], emulated[weights])

class Tiles {
 public:
  Tiles() {}
};

inline void load_tile(Tile& tile, const void* from, std::int64_t row_bytes) {
  for (std::int64_t r = 0; r < kTileHeight; ++r)
    __builtin_memcpy(tile.rows[r], static_cast<const char*>(from) + r * row_bytes, kTileBytes);
}

inline void store_tile(const Tile& tile, void* to, std::int64_t row_bytes) {
  for (std::int64_t r = 0; r < kTileHeight; ++r)
    __builtin_memcpy(static_cast<char*>(to) + r * row_bytes, tile.rows[r], kTileBytes);
}

template <class Value>
Value value_of(const Tile& tile, std::int64_t row, std::int64_t i) {
  Value value;
  __builtin_memcpy(&value, tile.rows[row] + i * sizeof value, sizeof value);
  return value;
}

inline float bf16_of(const Tile& tile, std::int64_t row, std::int64_t i) {
  return __builtin_bit_cast(float, static_cast<std::uint32_t>(value_of<std::uint16_t>(tile, row, i)) << 16);
}

template <class Sum, class Product>
void add(Tile& sums, const Product& product, std::int64_t group) {
  for (std::int64_t r = 0; r < kTileHeight; ++r)
    for (std::int64_t c = 0; c < 16; ++c) {
      Sum sum = value_of<Sum>(sums, r, c);
      for (std::int64_t k = 0; k < 16; ++k)
        for (std::int64_t i = 0; i < group; ++i) sum += product(r, k * group + i, k, c * group + i);
      __builtin_memcpy(sums.rows[r] + c * sizeof sum, &sum, sizeof sum);
    }
}

inline void add_int8(Tile& sums, const Tile& x, const Tile& weights) {
  add<std::int32_t>(
      sums,
      [&](std::int64_t r, std::int64_t i, std::int64_t k, std::int64_t c) {
        return value_of<std::uint8_t>(x, r, i) * value_of<std::int8_t>(weights, k, c);
      },
      4);
}

inline void add_bf16(Tile& sums, const Tile& x, const Tile& weights) {
  add<float>(
      sums,
      [&](std::int64_t r, std::int64_t i, std::int64_t k, std::int64_t c) {
        return bf16_of(x, r, i) * bf16_of(weights, k, c);
      },
      2);
}

#endif

}  // namespace mtt::nn::x86::MTT_WIDTH
