// The tokens of a model, found by their text.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "text/sub_word_model.h"

namespace mtt {

/// Entries, of which no two have the same token. Immutable.
class Vocabulary {
 public:
  explicit Vocabulary(std::vector<VocabularyEntry> entries);

  /// The id of a token, or -1.
  std::int32_t id(std::string_view token) const;
  const std::vector<VocabularyEntry>& entries() const { return entries_; }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::int32_t entry = -1;  ///< -1: free
  };
  /// Where a token is, or the free slot where it would be.
  std::size_t slot(std::string_view token, std::uint32_t hash) const;

  std::vector<VocabularyEntry> entries_;
  std::vector<Slot> slots_;  ///< an open hash table
};

}  // namespace mtt
