// Characters that move the cursor, change a terminal's state or the order of the text around them.
#pragma once

namespace mtt {

/// C0 and C1 controls and DEL, the separators of lines and paragraphs, and Unicode's Bidi_Control.
constexpr bool is_control_character(char32_t c) {
  const bool bidirectional = c == 0x61C || c == 0x200E || c == 0x200F || (c >= 0x202A && c <= 0x202E) ||
                             (c >= 0x2066 && c <= 0x2069);
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 || c == 0x2029 || bidirectional;
}

}  // namespace mtt
