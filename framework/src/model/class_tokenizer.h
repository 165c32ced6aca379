// The tokenizer that transformers' tokenizer classes make of a directory's files.
#pragma once

#include "model/named_tokens.h"

namespace mtt {

/// The tokenizer.json that the class builds; its `added_tokens` are left out. `tokenizer_json`: the file's
/// content, or a table with a `model` alone. `added` knows the ids. What the class cannot use throws Error.
Value built_tokenizer(TokenizerClass which, const TokenizerSettings& settings, const NamedTokens& named,
                      const AddedVocabulary& added, Value tokenizer_json);

}  // namespace mtt
