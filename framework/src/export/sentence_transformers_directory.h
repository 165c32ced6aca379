// A trained encoder as a directory that sentence-transformers load.
#pragma once

#include <filesystem>
#include <string>

#include "run/run_directory.h"

namespace mtt {

/// What of an encoder is written, and how its vectors are made.
struct EncoderParts {
  std::int64_t layers = 0;  ///< the lowest so many; those above are left out
  Pooling pooling;
  bool dense = true;  ///< the model's dense layers follow
  bool normalize = false;
  std::int64_t truncate = 0;  ///< 0: all dimensions
};

/// The encoder of a run as it is.
EncoderParts all_parts(const Encoder& encoder);

/// Writes the encoder's files into a folder: weights (LoRA merged) with the pooler of the base, tokenizer,
/// pooling, dense layers, normalisation, length and prompts, in the dialect that every release of
/// sentence-transformers since 2.0 reads (since 6.0 where poolings stand in another order than the old
/// dialect's).
void write_encoder_files(LoadedRun& run, const EncoderParts& parts, const std::filesystem::path& folder);

/// Writes the encoder of a run with a model card. Heads have no place in such a directory. An existing
/// directory that is not empty, or adapters that no weight can hold, throw Error, and nothing is left behind.
void write_sentence_transformers(LoadedRun& run, const std::filesystem::path& run_directory,
                                 const std::filesystem::path& directory);

}  // namespace mtt
