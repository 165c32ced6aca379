// From words to sub-words.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mtt {

/// A vocabulary entry.
struct VocabularyEntry {
  std::string token;
  std::int32_t id = 0;
};

/// A sub-word of a word: its id and where it stands, in bytes.
struct SubWord {
  std::int32_t id = 0;
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
};

/// Greedy longest-match WordPiece (Wu et al. 2016, as in BERT). A word that cannot be covered, or is longer
/// than `max_characters`, becomes the unknown token as a whole.
class WordPiece {
 public:
  WordPiece(std::vector<VocabularyEntry> vocabulary, std::int32_t unknown, std::string continuing_prefix,
            std::int64_t max_characters);

  /// Appends the sub-words of a word of valid UTF-8 that has `characters` code points.
  void tokenize(std::string_view word, std::size_t characters, std::vector<SubWord>& into) const;

  /// The id of a token of the vocabulary as it is written there, or -1.
  std::int32_t id(std::string_view token) const;

  const std::vector<VocabularyEntry>& vocabulary() const { return vocabulary_; }

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
