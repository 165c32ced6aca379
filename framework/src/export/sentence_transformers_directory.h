// A trained encoder as a directory that sentence-transformers load.
#pragma once

#include <filesystem>

#include "run/run_directory.h"

namespace mtt {

/// Writes the encoder of a run: weights (LoRA merged), tokenizer, pooling, dense layers, normalisation,
/// length, prompts and a model card, in the dialect that every release since 2.0 reads. Heads have no place
/// in such a directory. An existing directory that is not empty, or adapters that no weight can hold, throw
/// Error, and nothing is left behind.
void write_sentence_transformers(LoadedRun& run, const std::filesystem::path& run_directory,
                                 const std::filesystem::path& directory);

}  // namespace mtt
