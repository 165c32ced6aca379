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
#include "text/token_template.h"
#include "text/tokenizer.h"

namespace mtt {

/// All that shapes a tokenizer.
struct TokenizerParts {
  AddedTokens raw_added = {};         ///< matched in the text as given
  AddedTokens normalized_added = {};  ///< matched in the normalized text
  Normalizer normalizer = {};
  PreTokenizer pre_tokenizer = {};
  bool splits_as_bert = false;   ///< the pre-tokenizer is BertPreTokenizer alone
  bool words_are_bytes = false;  ///< the pre-tokenizer ends in ByteLevel
  std::unique_ptr<const SubWordModel> model = {};
  bool unknown_shows_text = false;  ///< where no token covers a text, the reference shows the text
  std::vector<VocabularyEntry> added_vocabulary = {};  ///< added tokens beyond the model's vocabulary
  TokenTemplate single = {{.text = 0}};                ///< of one text
  TokenTemplate pair = {{.text = 0}, {.text = 1, .type_id = 1}};  ///< of two texts
  std::string why_no_pairs = {};  ///< the template of two texts is not reproduced; empty: it is
  bool truncates_left = false;    ///< a text that is too long keeps its end
  bool trims_spaces = false;      ///< the spaces at a token's ends do not count to its characters
  bool trims_all_spaces = false;  ///< also that of a text's first token, which nobody put there

  /// The id of a token, added ones included, or -1.
  std::int32_t id_of(std::string_view token) const {
    for (const VocabularyEntry& added : added_vocabulary)
      if (added.token == token) return added.id;
    return model->id(token);
  }
};

TokenizerParts read_tokenizer_json(const Value& json, const TokenizerOptions& options);

/// A text's code points, each standing for itself.
Symbols decode_utf8(std::string_view utf8);

}  // namespace mtt
