// What the reference tokenizers know about each code point. The tables are generated: see
// data/unicode_tables.py.
#pragma once

#include <cstddef>
#include <cstdint>

namespace mtt::unicode {

/// Bits of CodePoint::flags.
enum Flag : std::uint16_t {
  kSpace = 1,         ///< white space
  kRemoved = 2,       ///< BertNormalizer's clean_text drops it
  kCjk = 4,           ///< BertNormalizer puts spaces around it
  kNonspacing = 8,    ///< BertNormalizer's strip_accents drops it after NFD
  kMark = 16,         ///< StripAccents drops it
  kPunctuation = 32,  ///< BertPreTokenizer isolates it
  kWord = 64,         ///< a word character (\w)
  kLetter = 128,      ///< \p{L}
  kNumber = 256,      ///< \p{N}
};

/// What decides where a grapheme cluster ends (Unicode Standard Annex 29): Grapheme_Cluster_Break, with the
/// classes that its rules for emoji and Indic conjuncts tell apart. Regional indicators are `other`.
enum class GraphemeClass : std::uint8_t {
  other,
  control,
  cr,
  lf,
  extend,
  conjunct_extend,  ///< extend, and allowed within a conjunct
  linker,           ///< extend, and joins two consonants
  zwj,
  spacing_mark,
  prepend,
  lead,
  vowel,
  tail,
  lv,
  lvt,
  pictographic,
  consonant,
};

/// The properties of a code point. NFD, NFKD and lower case are slices of kPool; length 0 says "itself".
struct CodePoint {
  std::uint16_t flags;
  std::uint8_t combining_class;
  GraphemeClass grapheme;
  std::uint16_t nfd_begin;
  std::uint8_t nfd_length;
  std::uint16_t nfkd_begin;
  std::uint8_t nfkd_length;
  std::uint16_t lower_begin;
  std::uint8_t lower_length;
};

/// Two characters that canonical composition makes one, sorted by the first and then the second.
struct Composition {
  char32_t first, second, composed;
};

extern const Composition kCompositions[];
extern const std::size_t kCompositionCount;
extern const std::uint16_t kBlockOf[];
extern const std::uint16_t kRecordOf[];
extern const CodePoint kRecords[];
extern const char32_t kPool[];

/// The properties of a scalar value (at most U+10FFFF).
inline const CodePoint& properties(char32_t c) {
  return kRecords[kRecordOf[kBlockOf[c >> 7] << 7 | (c & 127)]];
}

}  // namespace mtt::unicode
