// The components of a tokenizer, and where they are read from.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "mtt/value.h"
#include "text/added_tokens.h"
#include "text/normalizer.h"
#include "text/pre_tokenizer.h"
#include "text/sub_word_model.h"
#include "text/tokenizer.h"

namespace mtt {

/// A token that is put before or behind every text.
struct SpecialToken {
  std::int32_t id = 0;
  std::int32_t type_id = 0;
};

/// All that shapes a tokenizer.
struct TokenizerParts {
  AddedTokens raw_added;         ///< matched in the text as given
  AddedTokens normalized_added;  ///< matched in the normalized text
  Normalizer normalizer;
  PreTokenizer pre_tokenizer = PreTokenizer::none;
  bool space_before = false;      ///< a space is put before every piece of text that has none
  bool trims_spaces = false;      ///< the spaces of byte-level tokens do not count to their characters
  bool trims_all_spaces = false;  ///< also that of a text's first token, which nobody put there
  std::unique_ptr<const SubWordModel> model;
  std::vector<SpecialToken> before, after;
  std::int32_t text_type_id = 0;
  std::vector<VocabularyEntry> added_vocabulary;  ///< added tokens beyond the model's vocabulary
};

TokenizerParts read_tokenizer_json(const Value& json);
TokenizerParts read_vocabulary(std::string_view text, const std::string& source, const BertOptions& options);

/// The steps of tokenizer.json's BertNormalizer.
std::vector<NormalizerStep> bert_normalizer(bool clean, bool cjk_spaces, bool strip_accents, bool lowercase);

/// A text's code points, each standing for itself.
Symbols decode_utf8(std::string_view utf8);

}  // namespace mtt
