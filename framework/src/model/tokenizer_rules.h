// What transformers' tokenizer classes make of a directory's files.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "model/added_vocabulary.h"
#include "model/tokenizer_class.h"
#include "model/tokenizer_settings.h"
#include "mtt/value.h"

namespace mtt {

/// The named special tokens, those that the class supplies where the files are silent included.
using NamedTokens = std::vector<std::pair<std::string, FileToken>>;
NamedTokens named_tokens(TokenizerClass which, const TokenizerSettings& settings,
                         const Value* tokenizer_json);

/// Adds the tokens that the settings list, in the order of transformers.
void add_tokens(TokenizerClass which, const TokenizerSettings& settings, const NamedTokens& named,
                AddedVocabulary& added);

/// The tokenizer.json that the class builds; its `added_tokens` are left out. `tokenizer_json`: the file's
/// content, or a table with a `model` alone. `added` knows the ids. What the class cannot use throws Error.
Value built_tokenizer(TokenizerClass which, const TokenizerSettings& settings, const NamedTokens& named,
                      const AddedVocabulary& added, Value tokenizer_json);

}  // namespace mtt
