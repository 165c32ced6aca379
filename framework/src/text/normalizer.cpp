#include "text/normalizer.h"

#include <algorithm>

#include "text/unicode.h"

namespace mtt {
namespace {

using unicode::properties;

constexpr char32_t kHangulFirst = 0xAC00, kHangulCount = 11172;
constexpr char32_t kLead = 0x1100, kVowel = 0x1161, kTail = 0x11A7;
constexpr char32_t kTails = 28, kVowelsTimesTails = 588;

void drop(Symbols& symbols, std::uint8_t flag) {
  std::erase_if(symbols, [flag](const Symbol& s) { return (properties(s.c).flags & flag) != 0; });
}

void clean(Symbols& symbols) {
  drop(symbols, unicode::kRemoved);
  for (Symbol& s : symbols)
    if (properties(s.c).flags & unicode::kSpace) s.c = ' ';
}

void add_cjk_spaces(Symbols& symbols) {
  const auto is_cjk = [](const Symbol& s) { return (properties(s.c).flags & unicode::kCjk) != 0; };
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

void lowercase(Symbols& symbols) {
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

struct Decomposed {
  char32_t c;
  std::uint8_t combining_class;
  bool inserted;
};

void decompose(char32_t c, std::vector<Decomposed>& into) {
  const auto push = [&into](char32_t part, bool inserted) {
    into.push_back({part, properties(part).combining_class, inserted});
  };
  if (c - kHangulFirst < kHangulCount) {
    const char32_t syllable = c - kHangulFirst;
    push(kLead + syllable / kVowelsTimesTails, false);
    push(kVowel + syllable % kVowelsTimesTails / kTails, true);
    if (syllable % kTails != 0) push(kTail + syllable % kTails, true);
    return;
  }
  const auto& p = properties(c);
  if (p.nfd_length == 0) push(c, false);
  for (int i = 0; i < p.nfd_length; ++i) push(unicode::kPool[p.nfd_begin + i], i > 0);
}

void nfd(Symbols& symbols, std::int32_t origin) {
  std::vector<Decomposed> parts;
  parts.reserve(symbols.size() + 8);
  for (const Symbol& s : symbols) decompose(s.c, parts);
  for (auto first = parts.begin(); first != parts.end();) {
    if (first->combining_class == 0) {
      ++first;
      continue;
    }
    const auto last =
        std::find_if(first, parts.end(), [](const Decomposed& d) { return d.combining_class == 0; });
    std::stable_sort(first, last, [](const Decomposed& a, const Decomposed& b) {
      return a.combining_class < b.combining_class;
    });
    first = last;
  }
  Symbols result;
  result.reserve(parts.size());
  std::size_t consumed = 0;
  for (const Decomposed& part : parts) {
    if (!part.inserted) ++consumed;
    const Symbol from = consumed == 0 ? Symbol{0, origin, origin} : symbols[consumed - 1];
    result.push_back({part.c, from.begin, from.end});
  }
  symbols = std::move(result);
}

}  // namespace

void Normalizer::apply(Symbols& symbols, std::int32_t origin) const {
  for (const NormalizerStep step : steps_) {
    switch (step) {
      case NormalizerStep::clean:
        clean(symbols);
        break;
      case NormalizerStep::cjk_spaces:
        add_cjk_spaces(symbols);
        break;
      case NormalizerStep::nfd:
        nfd(symbols, origin);
        break;
      case NormalizerStep::strip_nonspacing:
        drop(symbols, unicode::kNonspacing);
        break;
      case NormalizerStep::strip_marks:
        drop(symbols, unicode::kMark);
        break;
      case NormalizerStep::lowercase:
        lowercase(symbols);
        break;
    }
  }
}

}  // namespace mtt
