// Byte-pair encoding.
#pragma once

#include <array>
#include <unordered_map>

#include "text/sub_word_model.h"

namespace mtt {

/// Two neighbouring tokens that become one.
struct Merge {
  std::int32_t left = 0, right = 0;
  std::int32_t merged = 0;
};

/// Byte-pair encoding on the bytes of a word (Sennrich et al. 2016, Radford et al. 2019): of all neighbours
/// that have a merge, those with the earliest one are merged first, the leftmost of equals.
class BytePairs : public SubWordModel {
 public:
  /// A vocabulary in GPT-2's spelling, in which all 256 bytes have a token. `whole_words`: a word that is a
  /// token is taken as it is.
  BytePairs(std::vector<VocabularyEntry> vocabulary, const std::vector<Merge>& merges, bool whole_words);

  /// The first byte without a token, or -1.
  static int missing_byte(const std::vector<VocabularyEntry>& vocabulary);

  void tokenize(std::string_view word, std::size_t characters, std::vector<SubWord>& into) const override;
  std::int32_t id(std::string_view token) const override;
  const std::vector<VocabularyEntry>& vocabulary() const override { return vocabulary_; }

 private:
  struct Rule {
    std::int32_t rank = 0, merged = 0;
  };
  static std::uint64_t key(std::int32_t left, std::int32_t right) {
    return static_cast<std::uint64_t>(left) << 32 | static_cast<std::uint32_t>(right);
  }
  const Rule* rule(std::int32_t left, std::int32_t right) const;

  std::vector<VocabularyEntry> vocabulary_;
  std::unordered_map<std::string_view, std::int32_t> ids_;
  std::unordered_map<std::string, std::int32_t> whole_words_;  ///< by bytes
  std::array<std::int32_t, 256> byte_ids_{};
  std::vector<std::pair<std::uint64_t, Rule>> rules_;  ///< an open hash table
  int shift_ = 0;
};

}  // namespace mtt
