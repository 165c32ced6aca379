#include "text/byte_level.h"

#include <array>

#include "text/unicode.h"
#include "value/utf8.h"

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

void split_byte_level(std::span<const Symbol> text, const WordSink& word) {
  const auto flags = [&](std::size_t i) { return unicode::properties(text[i].c).flags; };
  const auto is_space = [&](std::size_t i) { return (flags(i) & unicode::kSpace) != 0; };
  const auto kind = [&](std::size_t i) { return flags(i) & (unicode::kLetter | unicode::kNumber); };
  const auto follows = [&](std::size_t i, std::u32string_view part) {
    if (text.size() - i < part.size()) return false;
    for (std::size_t k = 0; k < part.size(); ++k)
      if (text[i + k].c != part[k]) return false;
    return true;
  };
  for (std::size_t i = 0, end; i < text.size(); i = end) {
    end = i;
    if (text[i].c == U'\'')
      for (const std::u32string_view part : {U"'s", U"'t", U"'re", U"'ve", U"'m", U"'ll", U"'d"})
        if (end == i && follows(i, part)) end = i + part.size();
    if (end == i) {
      const std::size_t first = text[i].c == U' ' && i + 1 < text.size() && !is_space(i + 1) ? i + 1 : i;
      if (!is_space(first)) {
        const auto run = kind(first);
        for (end = first; end < text.size() && !is_space(end) && kind(end) == run;) ++end;
      } else {
        while (end < text.size() && is_space(end)) ++end;
        if (end < text.size() && end - i > 1) --end;  // the last one belongs to what follows
      }
    }
    word(text.subspan(i, end - i));
  }
}

}  // namespace mtt
