// The unigram language model of SentencePiece.
#pragma once

#include "text/byte_tokens.h"
#include "text/byte_trie.h"
#include "text/sub_word_model.h"

namespace mtt {

/// The most probable segmentation of a word under a unigram model (Kudo 2018), found by Viterbi's algorithm.
/// Of equally probable ones the reference tokenizers' choice is taken. Characters that no token covers are
/// the unknown token, neighbours together; with byte fallback the tokens of their bytes, where these exist.
class Unigram : public SubWordModel {
 public:
  /// `scores`: the log-probability of each entry; `unknown`: an id. Ids are the places in the vocabulary.
  Unigram(std::vector<VocabularyEntry> vocabulary, std::vector<double> scores, std::int32_t unknown,
          bool byte_fallback);

  void tokenize(std::string_view word, std::size_t characters, std::vector<SubWord>& into) const override;
  std::int32_t id(std::string_view token) const override { return trie_.find(token); }
  const std::vector<VocabularyEntry>& vocabulary() const override { return vocabulary_; }

 private:
  void push(std::string_view word, std::size_t begin, std::size_t end, std::vector<SubWord>& into) const;

  std::vector<VocabularyEntry> vocabulary_;
  std::vector<double> scores_;
  ByteTrie trie_;
  std::int32_t unknown_;
  double unknown_score_;
  ByteTokens byte_tokens_;  ///< none without byte fallback
};

}  // namespace mtt
