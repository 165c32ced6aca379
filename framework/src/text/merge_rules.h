// What byte-pair encoding learned, and its use on a word.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "text/sub_word_model.h"

namespace mtt {

/// Two neighbouring tokens that become one.
struct Merge {
  std::int32_t left = 0, right = 0;
  std::int32_t merged = 0;
};

/// A token of a word and how many bytes of the word it takes.
struct WordPart {
  std::int32_t id = 0;
  std::uint32_t size = 0;  ///< 0 once it is part of the one before it
};

/// Appends the parts of a word as sub-words, one behind the other.
void append_parts(const std::vector<WordPart>& parts, std::vector<SubWord>& into);

/// The merges of a vocabulary (Sennrich et al. 2016): of all neighbours in a word that have a merge, those
/// with the earliest one are merged first, the leftmost of equals. Immutable.
class MergeRules {
 public:
  /// Earlier merges come first; of equal pairs the last one counts.
  explicit MergeRules(const std::vector<Merge>& merges);

  /// Merges what can be merged, in time n log n.
  void apply(std::vector<WordPart>& word) const;

 private:
  struct Rule {
    std::int32_t rank = 0, merged = 0;
  };
  static std::uint64_t key(std::int32_t left, std::int32_t right) {
    return static_cast<std::uint64_t>(left) << 32 | static_cast<std::uint32_t>(right);
  }
  const Rule* find(std::int32_t left, std::int32_t right) const;

  std::vector<std::pair<std::uint64_t, Rule>> rules_;  ///< an open hash table
  int shift_ = 0;
};

}  // namespace mtt
