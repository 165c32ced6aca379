#include "text/normal_forms.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "text/changes.h"
#include "text/unicode.h"

namespace mtt {
namespace {

using unicode::properties;

constexpr char32_t kHangulFirst = 0xAC00, kHangulCount = 11172;
constexpr char32_t kLead = 0x1100, kVowel = 0x1161, kTail = 0x11A7;
constexpr char32_t kLeads = 19, kVowels = 21, kTails = 28, kVowelsTimesTails = 588;

enum class Decomposition { canonical, compatible };

int combining_class(const Change& change) { return properties(change.c).combining_class; }

void decompose(char32_t c, Decomposition kind, std::vector<Change>& into) {
  if (c - kHangulFirst < kHangulCount) {
    const char32_t syllable = c - kHangulFirst;
    into.push_back({kLead + syllable / kVowelsTimesTails, 0});
    into.push_back({kVowel + syllable % kVowelsTimesTails / kTails, 1});
    if (syllable % kTails != 0) into.push_back({kTail + syllable % kTails, 1});
    return;
  }
  const auto& p = properties(c);
  const bool canonical = kind == Decomposition::canonical;
  const int begin = canonical ? p.nfd_begin : p.nfkd_begin, length = canonical ? p.nfd_length : p.nfkd_length;
  if (length == 0) into.push_back({c, 0});
  for (int i = 0; i < length; ++i) into.push_back({unicode::kPool[begin + i], i > 0 ? 1 : 0});
}

/// Decomposition in canonical order.
std::vector<Change> decomposed(const Symbols& symbols, Decomposition kind) {
  std::vector<Change> parts;
  parts.reserve(symbols.size() + 8);
  for (const Symbol& s : symbols) decompose(s.c, kind, parts);
  const auto is_starter = [](const Change& change) { return combining_class(change) == 0; };
  for (auto first = parts.begin(); first != parts.end();) {
    if (is_starter(*first)) {
      ++first;
      continue;
    }
    const auto last = std::find_if(first, parts.end(), is_starter);
    std::stable_sort(first, last, [](const Change& a, const Change& b) {
      return combining_class(a) < combining_class(b);
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

/// Canonical composition: a starter takes in every later character that nothing between them blocks.
std::vector<Change> recomposed(const std::vector<Change>& parts) {
  std::vector<Change> result;
  result.reserve(parts.size());
  std::ptrdiff_t starter = -1;
  int last_class = -1;  // of what stands between the starter and the next character; -1: nothing does
  for (const Change& part : parts) {
    const int part_class = combining_class(part);
    if (starter >= 0 && (last_class < 0 || last_class < part_class)) {
      if (const char32_t c = composed(result[starter].c, part.c); c != 0) {
        result[starter].c = c;
        result[starter].more += part.more - 1;
        continue;
      }
    }
    if (part_class == 0) {
      starter = static_cast<std::ptrdiff_t>(result.size());
      last_class = -1;
    } else if (starter >= 0) {
      last_class = part_class;
    }
    result.push_back(part);
  }
  return result;
}

void normalize(Symbols& symbols, std::int32_t origin, Decomposition kind, bool composes) {
  if (std::all_of(symbols.begin(), symbols.end(), [](const Symbol& s) { return s.c < 128; })) return;
  const std::vector<Change> parts = decomposed(symbols, kind);
  apply_changes(symbols, composes ? recomposed(parts) : parts, origin);
}

}  // namespace

void nfd(Symbols& symbols, std::int32_t origin) {
  normalize(symbols, origin, Decomposition::canonical, false);
}

void nfkd(Symbols& symbols, std::int32_t origin) {
  normalize(symbols, origin, Decomposition::compatible, false);
}

void nfc(Symbols& symbols, std::int32_t origin) {
  normalize(symbols, origin, Decomposition::canonical, true);
}

void nfkc(Symbols& symbols, std::int32_t origin) {
  normalize(symbols, origin, Decomposition::compatible, true);
}

}  // namespace mtt
