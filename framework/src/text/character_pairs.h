// Byte-pair encoding of characters.
#pragma once

#include <optional>

#include "text/byte_tokens.h"
#include "text/merge_rules.h"
#include "text/sub_word_model.h"
#include "text/vocabulary.h"

namespace mtt {

/// What becomes of words and characters that merges do not decide.
struct CharacterPairsOptions {
  std::optional<std::int32_t> unknown = {};  ///< without it, unknown characters are left out
  bool joins_unknown = false;                ///< neighbouring unknown characters are one token
  bool byte_fallback = false;                ///< an unknown character is its bytes, where these are tokens
  bool whole_words = false;                  ///< a word that is a token is taken as it is
};

/// Byte-pair encoding on the characters of a word (Sennrich et al. 2016), as SentencePiece has it. As in the
/// reference, an unknown token comes after the bytes of characters that follow it, and a character that is
/// left out moves what follows forward by its bytes.
class CharacterPairs : public SubWordModel {
 public:
  CharacterPairs(Vocabulary vocabulary, const std::vector<Merge>& merges,
                 const CharacterPairsOptions& options);

  void tokenize(std::string_view word, std::size_t characters, std::vector<SubWord>& into) const override;
  std::int32_t id(std::string_view token) const override { return vocabulary_.id(token); }
  const std::vector<VocabularyEntry>& vocabulary() const override { return vocabulary_.entries(); }

 private:
  std::vector<WordPart> characters_of_word(std::string_view word) const;

  Vocabulary vocabulary_;
  ByteTokens byte_tokens_;
  MergeRules merges_;
  CharacterPairsOptions options_;
};

}  // namespace mtt
