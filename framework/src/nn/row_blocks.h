// Tensors that are too large to copy, block by block.
#pragma once

#include <algorithm>
#include <cstdint>

namespace mtt {

/// Calls `act(first, count)` for consecutive blocks of at most 8,192 rows.
template <class Act>
void for_row_blocks(std::int64_t rows, const Act& act) {
  constexpr std::int64_t kRowsAtOnce = 8192;
  for (std::int64_t row = 0; row < rows; row += kRowsAtOnce) act(row, std::min(kRowsAtOnce, rows - row));
}

}  // namespace mtt
