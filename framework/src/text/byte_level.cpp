#include "text/byte_level.h"

#include <array>

#include "text/utf8.h"

namespace mtt {
namespace {

constexpr char32_t kMost = 512;

/// The byte of each character: printable ones stand for themselves, the others for the characters from 256
/// on.
std::array<int, kMost> byte_of_character() {
  std::array<int, kMost> bytes;
  bytes.fill(-1);
  char32_t next = 256;
  for (int byte = 0; byte < 256; ++byte) {
    const bool printable = (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
    bytes[printable ? static_cast<char32_t>(byte) : next++] = byte;
  }
  return bytes;
}

}  // namespace

std::optional<std::string> bytes_of_token(std::string_view token) {
  static const std::array<int, kMost> kBytes = byte_of_character();
  std::string bytes;
  const char* const end = token.data() + token.size();
  for (const char* p = token.data(); p != end;) {
    const char32_t c = read_code_point(p);
    if (c >= kMost || kBytes[c] < 0) return std::nullopt;
    bytes += static_cast<char>(kBytes[c]);
  }
  return bytes;
}

}  // namespace mtt
