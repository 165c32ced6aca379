// UTF-8: the check at the door, and reading and writing of text that passed it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace mtt {

/// Where the first byte stands that is not valid UTF-8 (overlong forms, surrogates, values above U+10FFFF and
/// cut-off sequences are invalid), or npos.
std::size_t find_invalid_utf8(std::string_view bytes);

/// Whether a byte of valid UTF-8 continues a character.
inline bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// How many code points valid UTF-8 has.
std::size_t count_code_points(std::string_view utf8);

/// How many bytes the first character has; `utf8` is valid and not empty.
inline std::size_t first_character_size(std::string_view utf8) {
  const auto lead = static_cast<std::uint8_t>(utf8[0]);
  return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

/// Reads one code point of valid UTF-8 and moves `p` behind it.
inline char32_t read_code_point(const char*& p) {
  const auto byte = [&p] { return static_cast<std::uint8_t>(*p++); };
  const char32_t lead = byte();
  if (lead < 0x80) return lead;
  if (lead < 0xE0) return (lead & 0x1F) << 6 | (byte() & 0x3Fu);
  char32_t c = (lead < 0xF0 ? lead & 0x0F : lead & 0x07) << 6 | (byte() & 0x3Fu);
  c = c << 6 | (byte() & 0x3Fu);
  return lead < 0xF0 ? c : c << 6 | (byte() & 0x3Fu);
}

/// Writes a code point as UTF-8 into at least 4 bytes; returns how many it took.
inline int write_code_point(char32_t c, char* out) {
  if (c < 0x80) {
    out[0] = static_cast<char>(c);
    return 1;
  }
  const auto tail = [c](int shift) { return static_cast<char>(0x80 | (c >> shift & 0x3F)); };
  if (c < 0x800) {
    out[0] = static_cast<char>(0xC0 | c >> 6);
    out[1] = tail(0);
    return 2;
  }
  if (c < 0x10000) {
    out[0] = static_cast<char>(0xE0 | c >> 12);
    out[1] = tail(6);
    out[2] = tail(0);
    return 3;
  }
  out[0] = static_cast<char>(0xF0 | c >> 18);
  out[1] = tail(12);
  out[2] = tail(6);
  out[3] = tail(0);
  return 4;
}

}  // namespace mtt
