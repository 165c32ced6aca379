// Files that an export takes from the directory of the pretrained encoder.
#pragma once

#include <cstdint>
#include <filesystem>

#include "mtt/value.h"

namespace mtt {

/// A config.json for the encoder alone, in float32: `architectures` names the class without a head (BertModel
/// for BertForSequenceClassification), and keys of the base model's own head are left out.
Value encoder_config(Value config);

/// Sets the number of layers in a config.json, under the key of the model type.
void set_layers(Value& config, std::int64_t layers);

/// Copies tokenizer.json, vocab.txt and their settings, if they exist.
void copy_tokenizer(const std::filesystem::path& from, const std::filesystem::path& to);

/// Writes the maximum length of texts into tokenizer_config.json, for directories without
/// sentence_bert_config.json.
void write_token_limit(const std::filesystem::path& directory, std::int64_t max_tokens);

}  // namespace mtt
