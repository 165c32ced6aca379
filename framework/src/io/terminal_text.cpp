#include "io/terminal_text.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "io/standard_output.h"
#include "value/control_characters.h"
#include "value/utf8.h"

namespace mtt {
namespace {

void append_hex(char32_t number, int highest_shift, std::string& text) {
  for (int shift = highest_shift; shift >= 0; shift -= 4) text += "0123456789abcdef"[number >> shift & 15];
}

/// The length of a colour, "\x1b[...m", that the text begins with; 0: none.
std::size_t colour_length(std::string_view text) {
  if (!text.starts_with("\x1b[")) return 0;
  const std::size_t end = text.find_first_not_of("0123456789;", 2);
  return end != std::string_view::npos && text[end] == 'm' ? end + 1 : 0;
}

/// With `layout`, line ends, tabs and colours stay.
std::string escaped(std::string_view bytes, bool layout) {
  std::string text;
  while (!bytes.empty()) {
    if (const std::size_t colour = layout ? colour_length(bytes) : 0; colour > 0) {
      text += bytes.substr(0, colour);
      bytes.remove_prefix(colour);
      continue;
    }
    if (find_invalid_utf8(bytes.substr(0, 4)) == 0) {
      text += "\\x";
      append_hex(static_cast<unsigned char>(bytes[0]), 4, text);
      bytes.remove_prefix(1);
      continue;
    }
    const char* p = bytes.data();
    const char32_t c = read_code_point(p);
    const auto length = static_cast<std::size_t>(p - bytes.data());
    if (is_control_character(c) && !(layout && (c == '\n' || c == '\t'))) {
      text += "\\u";
      append_hex(c, 12, text);
    } else {
      text += bytes.substr(0, length);
    }
    bytes.remove_prefix(length);
  }
  return text;
}

}  // namespace

std::string printable(std::string_view bytes) { return escaped(bytes, false); }

std::string printable_text(std::string_view bytes) { return escaped(bytes, true); }

std::string shortened(std::string_view utf8, std::size_t width) {
  if (count_code_points(utf8) <= width) return std::string(utf8);
  const char* p = utf8.data();
  for (std::size_t i = 0; i + 1 < width; ++i) read_code_point(p);
  return std::string(utf8.data(), p) + "…";
}

std::string formatted(const char* pattern, double value) {
  char text[64];
  std::snprintf(text, sizeof text, pattern, value);
  return text;
}

std::string padded(std::string_view utf8, std::size_t width) {
  const std::size_t used = count_code_points(utf8);
  return std::string(utf8) + std::string(width > used ? width - used : 0, ' ');
}

std::string columns_text(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths(rows.front().size(), 0);
  for (const auto& row : rows)
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], count_code_points(row[c]));
  std::string text;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t c = 0; c < row.size(); ++c) line += padded(row[c], widths[c] + 2);
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return text;
}

std::string without_colours(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = std::min(text.find('m', i), text.size());
      continue;
    }
    plain += text[i];
  }
  return plain;
}

bool colours_wanted() {
  const char* refused = std::getenv("NO_COLOR");
  return ::isatty(::fileno(standard_output())) == 1 && (refused == nullptr || *refused == '\0');
}

}  // namespace mtt
