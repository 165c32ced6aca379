#include "io/json_row.h"

#include <charconv>

namespace mtt {

std::string json_row(const float* values, std::int64_t count) {
  std::string row = "[";
  char digits[32];
  for (std::int64_t i = 0; i < count; ++i) {
    if (i > 0) row += ',';
    row.append(digits, std::to_chars(digits, digits + sizeof digits, values[i]).ptr);
  }
  return row + "]";
}

}  // namespace mtt
