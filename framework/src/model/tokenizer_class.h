// Which of transformers' tokenizer classes reads a directory.
#pragma once

#include <string>

#include "mtt/value.h"

namespace mtt {

/// The classes that differ in what they make of the files. `backend` follows tokenizer.json; the others build
/// normalizer, pre-tokenizer and post-processor anew.
enum class TokenizerClass {
  backend,
  bert,
  distil_bert,
  mpnet,
  roberta,
  xlm_roberta,
  camembert,
  albert,
  llama,
  gemma
};

/// Whether the class builds BERT's normalizer and words around a WordPiece model.
inline bool is_word_piece(TokenizerClass which) {
  return which == TokenizerClass::bert || which == TokenizerClass::distil_bert ||
         which == TokenizerClass::mpnet;
}

/// Whether the class builds words of characters around a BPE model with byte fallback.
inline bool is_character_pairs(TokenizerClass which) {
  return which == TokenizerClass::llama || which == TokenizerClass::gemma;
}

/// The class's name in transformers.
const char* class_name(TokenizerClass which);

/// What AutoTokenizer of transformers 5.24 chooses. `settings`: tokenizer_config.json; `tokenizer_json`:
/// tokenizer.json, or nullptr. A class that is not supported throws Error. For a model_type of another
/// backbone the files decide.
TokenizerClass tokenizer_class(const Value& config, const Value& settings, const Value* tokenizer_json,
                               bool has_word_pieces);

}  // namespace mtt
