#include "text/normalizer.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "text/unicode.h"

namespace mtt {
namespace {

using unicode::properties;

constexpr char32_t kHangulFirst = 0xAC00, kHangulCount = 11172;
constexpr char32_t kLead = 0x1100, kVowel = 0x1161, kTail = 0x11A7;
constexpr char32_t kLeads = 19, kVowels = 21, kTails = 28, kVowelsTimesTails = 588;

void drop(Symbols& symbols, std::uint16_t flag) {
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

/// A character of a decomposition. `change`: how many characters it is more (1) or fewer (negative) than the
/// one of the text that it takes the place of.
struct Decomposed {
  char32_t c;
  std::uint8_t combining_class;
  int change;
};

void decompose(char32_t c, std::vector<Decomposed>& into) {
  const auto push = [&into](char32_t part, bool inserted) {
    into.push_back({part, properties(part).combining_class, inserted ? 1 : 0});
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

/// Canonical decomposition in canonical order.
std::vector<Decomposed> decomposed(const Symbols& symbols) {
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
  return parts;
}

/// What canonical composition makes of two characters; 0: nothing.
char32_t composed(char32_t first, char32_t second) {
  if (first - kLead < kLeads && second - kVowel < kVowels)
    return kHangulFirst + (first - kLead) * kVowelsTimesTails + (second - kVowel) * kTails;
  if (first - kHangulFirst < kHangulCount && (first - kHangulFirst) % kTails == 0 && second > kTail &&
      second - kTail < kTails)
    return first + (second - kTail);
  const auto* const end = unicode::kCompositions + unicode::kCompositionCount;
  const auto* found =
      std::lower_bound(unicode::kCompositions, end, std::pair(first, second),
                       [](const unicode::Composition& c, const std::pair<char32_t, char32_t>& wanted) {
                         return std::pair(c.first, c.second) < wanted;
                       });
  return found != end && found->first == first && found->second == second ? found->composed : 0;
}

/// Canonical composition (Unicode Standard Annex 15): a starter takes in every later character that nothing
/// between them blocks.
std::vector<Decomposed> recomposed(const std::vector<Decomposed>& parts) {
  std::vector<Decomposed> result;
  result.reserve(parts.size());
  std::ptrdiff_t starter = -1;
  int last_class = -1;  // of what stands between the starter and the next character; -1: nothing does
  for (const Decomposed& part : parts) {
    if (starter >= 0 && (last_class < 0 || last_class < part.combining_class)) {
      if (const char32_t c = composed(result[starter].c, part.c); c != 0) {
        result[starter].c = c;
        result[starter].change += part.change - 1;
        continue;
      }
    }
    if (part.combining_class == 0) {
      starter = static_cast<std::ptrdiff_t>(result.size());
      last_class = -1;
    } else if (starter >= 0) {
      last_class = part.combining_class;
    }
    result.push_back(part);
  }
  return result;
}

void replace(Symbols& symbols, const std::vector<Decomposed>& parts, std::int32_t origin) {
  Symbols result;
  result.reserve(parts.size());
  std::ptrdiff_t consumed = 0;
  for (const Decomposed& part : parts) {
    if (part.change <= 0) ++consumed;
    const Symbol from = consumed == 0 ? Symbol{0, origin, origin} : symbols[consumed - 1];
    result.push_back({part.c, from.begin, from.end});
    if (part.change < 0) consumed -= part.change;
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
        replace(symbols, decomposed(symbols), origin);
        break;
      case NormalizerStep::nfc:
        replace(symbols, recomposed(decomposed(symbols)), origin);
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
