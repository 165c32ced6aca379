#include "data/import/mixed_text.h"

#include <algorithm>

#include "value/utf8.h"

namespace mtt {
namespace {

struct Character {
  char32_t code;
  std::size_t bytes;
};

Character first_character(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(bytes[i]); };
  const auto tail = [&](std::size_t i) { return (at(i) & 0xC0) == 0x80; };
  const bool pair = bytes.size() >= 6 && at(0) == 0xED && (at(1) & 0xF0) == 0xA0 && tail(2) &&
                    at(3) == 0xED && (at(4) & 0xF0) == 0xB0 && tail(5);
  if (!pair) return {at(0), 1};
  const auto half = [&](std::size_t i) { return char32_t{(at(i) & 0x0Fu) << 6 | (at(i + 1) & 0x3Fu)}; };
  return {0x10000 + (half(1) << 10) + half(4), 6};
}

}  // namespace

MixedText read_mixed_text(std::string_view bytes) {
  MixedText text;
  while (true) {
    const std::size_t bad = find_invalid_utf8(bytes);
    text.utf8 += bytes.substr(0, bad);
    if (bad == std::string_view::npos) return text;
    bytes.remove_prefix(bad);
    if (text.repaired++ == 0) {
      text.first_line = 1 + static_cast<std::int32_t>(std::count(text.utf8.begin(), text.utf8.end(), '\n'));
      text.first_column = static_cast<std::int32_t>(text.utf8.size() - (text.utf8.rfind('\n') + 1)) + 1;
    }
    const Character character = first_character(bytes);
    char utf8[4];
    text.utf8.append(utf8, static_cast<std::size_t>(write_code_point(character.code, utf8)));
    bytes.remove_prefix(character.bytes);
  }
}

}  // namespace mtt
