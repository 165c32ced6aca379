// The files of a model directory that an export takes over from the one that it was trained from.
#pragma once

#include <filesystem>

#include "mtt/value.h"

namespace mtt {

/// A config.json for weights in float32.
Value float32_config(Value config);

/// Copies tokenizer.json, vocab.txt and their settings, as far as they are there.
void copy_tokenizer(const std::filesystem::path& from, const std::filesystem::path& to);

/// do_lower_case of sentence_bert_config.json.
bool lowers_case(const std::filesystem::path& transformer);

}  // namespace mtt
