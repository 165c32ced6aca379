// The tokenizer of a model directory.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "model/word_marks.h"
#include "mtt/value.h"
#include "text/tokenizer.h"

namespace mtt {

/// A tokenizer, and how far the files name tokens.
struct DirectoryTokenizer {
  Tokenizer tokenizer;
  std::int64_t listed_tokens = 0;  ///< largest id + 1 of those that a file lists; transformers may add more
  WordMarks words;
  std::int64_t mask = -1;  ///< id of the token that the files name mask_token, or their defaults; -1: none
};

/// Reads tokenizer.json, tokenizer_config.json, special_tokens_map.json, added_tokens.json, vocab.txt,
/// vocab.json and merges.txt as AutoTokenizer of transformers 5.24 does for the model of `config`
/// (config.json). `lower_case`: do_lower_case of sentence-transformers. What changes a result and is not
/// reproduced throws Error with its place; `warnings` names what is followed although it contradicts itself.
DirectoryTokenizer read_tokenizer(const std::filesystem::path& dir, const Value& config, bool lower_case,
                                  std::vector<std::string>& warnings);

/// An embedding row for every token: a token that the files list and that has no row throws Error. `warnings`
/// names tokens that transformers adds without a row for them, and rows without a token.
void check_embedding(const std::filesystem::path& dir, const Tokenizer& tokenizer, std::int64_t listed_tokens,
                     std::int64_t rows, std::vector<std::string>& warnings);

}  // namespace mtt
