#include "report/terminal_text.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "io/standard_output.h"
#include "text/utf8.h"

namespace mtt {
namespace {

bool is_control(char32_t c) {
  const bool bidirectional = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029 || bidirectional;
}

void append_hex(char32_t number, int highest_shift, std::string& text) {
  for (int shift = highest_shift; shift >= 0; shift -= 4) text += "0123456789abcdef"[number >> shift & 15];
}

void append_printable(std::string_view utf8, std::string& text) {
  const char* const end = utf8.data() + utf8.size();
  for (const char* p = utf8.data(); p != end;) {
    const char* const start = p;
    const char32_t c = read_code_point(p);
    if (is_control(c)) {
      text += "\\u";
      append_hex(c, 12, text);
    } else {
      text.append(start, p);
    }
  }
}

}  // namespace

std::string printable(std::string_view bytes) {
  std::string text;
  while (true) {
    const std::size_t bad = find_invalid_utf8(bytes);
    append_printable(bytes.substr(0, bad), text);
    if (bad == std::string_view::npos) return text;
    text += "\\x";
    append_hex(static_cast<unsigned char>(bytes[bad]), 4, text);
    bytes.remove_prefix(bad + 1);
  }
}

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
