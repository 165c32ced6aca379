// The special tokens that transformers' tokenizer classes know by name, and the tokens they add.
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

}  // namespace mtt
