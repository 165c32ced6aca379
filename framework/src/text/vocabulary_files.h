// The `model` of a tokenizer.json from the files that were saved before there was one.
#pragma once

#include <string>
#include <string_view>

#include "mtt/value.h"

namespace mtt {

/// A WordPiece model's vocabulary from the text of vocab.txt: one token a line, white space at its end left
/// out. `source` names the text in messages; a token that is there twice throws Error.
Value word_piece_model(std::string_view vocabulary, const std::string& source);

/// A BPE model from a parsed vocab.json and the text of merges.txt, which `source` names in messages.
Value byte_pair_model(Value vocabulary, std::string_view merges, const std::string& source);

}  // namespace mtt
