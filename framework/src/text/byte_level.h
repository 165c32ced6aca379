// Bytes as printable characters, as GPT-2 writes its vocabulary.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "text/pre_tokenizer.h"

namespace mtt {

/// The bytes that a token of a byte-level vocabulary stands for ("Ġthe" → " the"); none where a character
/// stands for no byte.
std::optional<std::string> bytes_of_token(std::string_view token);

/// Cuts by GPT-2's pattern (Radford et al. 2019): contractions, and runs of letters, of numbers and of other
/// characters, each with a space before it, and white space. Together the words cover the text.
void split_byte_level(std::span<const Symbol> text, const WordSink& word);

}  // namespace mtt
