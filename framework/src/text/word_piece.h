// WordPiece.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "text/sub_word_model.h"

namespace mtt {

/// Greedy longest-match WordPiece (Wu et al. 2016, as in BERT). A word that cannot be covered, or is longer
/// than `max_characters`, becomes the unknown token as a whole.
class WordPiece : public SubWordModel {
 public:
  WordPiece(std::vector<VocabularyEntry> vocabulary, std::int32_t unknown, std::string continuing_prefix,
            std::int64_t max_characters);

  void tokenize(std::string_view word, std::size_t characters, std::vector<SubWord>& into) const override;
  std::int32_t id(std::string_view token) const override;
  const std::vector<VocabularyEntry>& vocabulary() const override { return vocabulary_; }

 private:
  struct Slot {
    std::uint64_t hash = 0;
    std::int32_t entry = -1;
  };
  std::int32_t find(std::uint64_t hash, std::string_view prefix, std::string_view rest) const;

  std::vector<VocabularyEntry> vocabulary_;
  std::vector<Slot> slots_;
  int shift_ = 0;
  std::int32_t unknown_;
  std::string prefix_;
  std::uint64_t prefix_hash_ = 0;
  std::size_t max_characters_;
  std::size_t longest_ = 0;  ///< bytes of the longest token
};

}  // namespace mtt
