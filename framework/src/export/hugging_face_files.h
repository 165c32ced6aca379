// The files of a model directory that an export takes over from the one that it was trained from.
#pragma once

#include <cstdint>
#include <filesystem>

#include "mtt/value.h"

namespace mtt {

/// A config.json for weights in float32.
Value float32_config(Value config);

/// Copies tokenizer.json, vocab.txt and their settings, as far as they are there.
void copy_tokenizer(const std::filesystem::path& from, const std::filesystem::path& to);

/// Writes the length that texts are cut to into tokenizer_config.json, which a directory without
/// sentence_bert_config.json has no other place for.
void write_token_limit(const std::filesystem::path& directory, std::int64_t max_tokens);

/// do_lower_case of sentence_bert_config.json.
bool lowers_case(const std::filesystem::path& transformer);

}  // namespace mtt
