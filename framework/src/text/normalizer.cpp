#include "text/normalizer.h"

#include <algorithm>

#include "text/unicode.h"

namespace mtt {
namespace {

using unicode::properties;

bool has(const Symbol& symbol, std::uint16_t flag) { return (properties(symbol.c).flags & flag) != 0; }

void drop(Symbols& symbols, std::uint16_t flag) {
  std::erase_if(symbols, [flag](const Symbol& s) { return has(s, flag); });
}

bool is_nmt_control(char32_t c) {
  return (c >= 0x01 && c <= 0x08) || c == 0x0B || (c >= 0x0E && c <= 0x1F) || c == 0x7F || c == 0x8F ||
         c == 0x9F;
}

bool is_nmt_space(char32_t c) {
  return c == 0x09 || c == 0x0A || c == 0x0C || c == 0x0D || c == 0x1680 || (c >= 0x200B && c <= 0x200F) ||
         c == 0x2028 || c == 0x2029 || c == 0x2581 || c == 0xFEFF || c == 0xFFFD;
}

/// How many symbols a pattern takes from `at` on; 0: none.
std::size_t match(const ReplacePattern& pattern, const Symbols& symbols, std::size_t at) {
  const std::u32string& text = pattern.text;
  if (symbols.size() - at < text.size()) return 0;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (symbols[at + i].c != text[i]) return 0;
  std::size_t end = at + text.size();
  while (pattern.repeats && end < symbols.size() && symbols[end].c == text.back()) ++end;
  return end - at;
}

}  // namespace

void clean_text(Symbols& symbols, std::int32_t) {
  drop(symbols, unicode::kRemoved);
  for (Symbol& s : symbols)
    if (has(s, unicode::kSpace)) s.c = ' ';
}

void add_cjk_spaces(Symbols& symbols, std::int32_t) {
  const auto is_cjk = [](const Symbol& s) { return has(s, unicode::kCjk); };
  if (std::none_of(symbols.begin(), symbols.end(), is_cjk)) return;
  Symbols result;
  result.reserve(symbols.size() * 3);
  for (const Symbol& s : symbols) {
    if (!is_cjk(s)) {
      result.push_back(s);
      continue;
    }
    const Symbol space{' ', s.begin, s.end};
    result.insert(result.end(), {space, s, space});
  }
  symbols = std::move(result);
}

void strip_nonspacing(Symbols& symbols, std::int32_t) { drop(symbols, unicode::kNonspacing); }

void strip_marks(Symbols& symbols, std::int32_t) { drop(symbols, unicode::kMark); }

void lowercase(Symbols& symbols, std::int32_t) {
  Symbols result;
  result.reserve(symbols.size());
  for (const Symbol& s : symbols) {
    const auto& p = properties(s.c);
    if (p.lower_length == 0) result.push_back(s);
    for (int i = 0; i < p.lower_length; ++i)
      result.push_back({unicode::kPool[p.lower_begin + i], s.begin, s.end});
  }
  symbols = std::move(result);
}

void nmt(Symbols& symbols, std::int32_t) {
  std::erase_if(symbols, [](const Symbol& s) { return is_nmt_control(s.c); });
  for (Symbol& s : symbols)
    if (is_nmt_space(s.c)) s.c = ' ';
}

NormalizerStep replace(ReplacePattern pattern, std::u32string content) {
  const double growth =
      std::max(1.0, static_cast<double>(content.size()) / static_cast<double>(pattern.text.size()));
  const auto apply = [pattern = std::move(pattern), content = std::move(content)](Symbols& symbols,
                                                                                  std::int32_t) {
    const auto first = std::find_if(symbols.begin(), symbols.end(),
                                    [&](const Symbol& s) { return s.c == pattern.text.front(); });
    if (first == symbols.end()) return;
    Symbols result(symbols.begin(), first);
    for (std::size_t i = result.size(); i < symbols.size();) {
      const std::size_t found = match(pattern, symbols, i);
      if (found == 0) {
        result.push_back(symbols[i++]);
        continue;
      }
      i += found;
      for (const char32_t c : content) result.push_back({c, symbols[i - 1].begin, symbols[i - 1].end});
    }
    symbols = std::move(result);
  };
  return {apply, growth};
}

NormalizerStep prepend_text(std::u32string text) {
  const double growth = 1 + static_cast<double>(text.size());
  const auto apply = [text = std::move(text)](Symbols& symbols, std::int32_t) {
    if (symbols.empty()) return;
    const Symbol first = symbols.front();
    Symbols before;
    for (const char32_t c : text) before.push_back({c, first.begin, first.end});
    symbols.insert(symbols.begin(), before.begin(), before.end());
  };
  return {apply, growth};
}

NormalizerStep strip_spaces(bool left, bool right) {
  return {[left, right](Symbols& symbols, std::int32_t) {
    const auto is_space = [](const Symbol& s) { return has(s, unicode::kSpace); };
    if (right)
      symbols.erase(std::find_if_not(symbols.rbegin(), symbols.rend(), is_space).base(), symbols.end());
    if (left) symbols.erase(symbols.begin(), std::find_if_not(symbols.begin(), symbols.end(), is_space));
  }};
}

}  // namespace mtt
