// Exports a trained encoder as a directory for sentence-transformers.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "run/run_directory.h"

namespace mtt {

/// The exported part of an encoder, and how its vectors are computed.
struct EncoderParts {
  std::int64_t layers = 0;  ///< number of layers, counted from the lowest; the others are left out
  Pooling pooling;
  bool dense = true;  ///< followed by the dense layers of the model
  bool normalize = false;
  std::int64_t truncate = 0;  ///< 0: all dimensions
  bool int8 = false;          ///< linear layers in 8 bits, which mtt alone reads
};

/// The encoder of a run as it is.
EncoderParts all_parts(const Encoder& encoder);

/// Writes the encoder's files into a folder: weights (LoRA merged) with the pooler of the base model,
/// tokenizer, pooling, dense layers, normalisation, length and prompts. Every release of
/// sentence-transformers since 2.0 can read the format (since 6.0 if the order of poolings cannot be
/// expressed in the old format).
void write_encoder_files(LoadedRun& run, const EncoderParts& parts, const std::filesystem::path& folder);

/// Writes the encoder of a run with a model card. Heads are not exported. An existing directory that is not
/// empty, or adapters that cannot be merged into weights, throw Error, and no files are left behind.
void write_sentence_transformers(LoadedRun& run, const std::filesystem::path& run_directory,
                                 const std::filesystem::path& directory);

/// The same in 8 bits. `compare` gets the folder with all files and may add to them; what it throws leaves no
/// files behind.
void write_int8_directory(LoadedRun& run, const std::filesystem::path& run_directory,
                          const std::function<void(const std::filesystem::path& folder)>& compare,
                          const std::filesystem::path& directory);

}  // namespace mtt
