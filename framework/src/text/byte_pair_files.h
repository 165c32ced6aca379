// RoBERTa's tokenizer as it was saved before there was tokenizer.json.
#pragma once

#include <string>
#include <string_view>

#include "mtt/value.h"

namespace mtt {

/// The tokenizer.json that a parsed vocab.json and the text of merges.txt stand for. `merges_source` names
/// the text in messages; `space_before`: a space is put before every text (add_prefix_space). Throws Error
/// where the vocabulary lacks <s> or </s>.
Value roberta_tokenizer_json(const Value& vocabulary, std::string_view merges,
                             const std::string& merges_source, bool space_before);

}  // namespace mtt
