// Byte-pair encoding of bytes.
#pragma once

#include <array>
#include <unordered_map>

#include "text/merge_rules.h"
#include "text/sub_word_model.h"
#include "text/vocabulary.h"

namespace mtt {

/// Byte-pair encoding on the bytes of a word (Radford et al. 2019).
class BytePairs : public SubWordModel {
 public:
  /// A vocabulary in GPT-2's spelling, in which all 256 bytes have a token. `whole_words`: a word that is a
  /// token is taken as it is.
  BytePairs(Vocabulary vocabulary, const std::vector<Merge>& merges, bool whole_words);

  /// The first byte without a token, or -1.
  static int missing_byte(const Vocabulary& vocabulary);

  void tokenize(std::string_view word, std::size_t characters, std::vector<SubWord>& into) const override;
  std::int32_t id(std::string_view token) const override { return vocabulary_.id(token); }
  const std::vector<VocabularyEntry>& vocabulary() const override { return vocabulary_.entries(); }

 private:
  Vocabulary vocabulary_;
  std::unordered_map<std::string, std::int32_t> whole_words_;  ///< by bytes
  std::array<std::int32_t, 256> byte_ids_{};
  MergeRules merges_;
};

}  // namespace mtt
