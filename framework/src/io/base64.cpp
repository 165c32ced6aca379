#include "io/base64.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace mtt {

std::string base64(std::string_view bytes) {
  static constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text((bytes.size() + 2) / 3 * 4, '=');
  for (std::size_t i = 0, at = 0; i < bytes.size(); i += 3, at += 4) {
    const std::size_t count = std::min<std::size_t>(3, bytes.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t k = 0; k < 3; ++k)
      bits = bits << 8 | (k < count ? static_cast<unsigned char>(bytes[i + k]) : 0);
    for (std::size_t k = 0; k <= count; ++k) text[at + k] = kAlphabet[bits >> (18 - 6 * k) & 63];
  }
  return text;
}

}  // namespace mtt
