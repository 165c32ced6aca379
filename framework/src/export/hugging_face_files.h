// The files of a model directory that an export takes over from the one that it was trained from.
#pragma once

#include <cstdint>
#include <filesystem>

#include "mtt/value.h"

namespace mtt {

/// A config.json for the encoder alone, in float32: `architectures` names the class without a head (BertModel
/// for BertForSequenceClassification), and what belongs to the base's own head is left out.
Value encoder_config(Value config);

/// Sets the number of layers in a config.json, under the key that it has for it.
void set_layers(Value& config, std::int64_t layers);

/// Copies tokenizer.json, vocab.txt and their settings, as far as they are there.
void copy_tokenizer(const std::filesystem::path& from, const std::filesystem::path& to);

/// Writes the length that texts are cut to into tokenizer_config.json, which a directory without
/// sentence_bert_config.json has no other place for.
void write_token_limit(const std::filesystem::path& directory, std::int64_t max_tokens);

}  // namespace mtt
