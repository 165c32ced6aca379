#include "io/json_row.h"

#include <charconv>

namespace mtt {

namespace {

template <class Number>
std::string row_text(const Number* values, std::int64_t count) {
  std::string row = "[";
  char digits[32];
  for (std::int64_t i = 0; i < count; ++i) {
    if (i > 0) row += ',';
    row.append(digits, std::to_chars(digits, digits + sizeof digits, values[i]).ptr);
  }
  return row + "]";
}

}  // namespace

std::string json_row(const float* values, std::int64_t count) { return row_text(values, count); }

std::string json_row(const std::int32_t* values, std::int64_t count) { return row_text(values, count); }

}  // namespace mtt
