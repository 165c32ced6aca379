// A task of a trained run as a directory that Hugging Face's transformers load with its head.
#pragma once

#include <filesystem>
#include <string>

#include "run/run_directory.h"

namespace mtt {

/// Writes the encoder and one head as BertForTokenClassification or BertForSequenceClassification. What these
/// classes cannot express throws Error in one sentence, and nothing is left behind: a CRF; a token head on
/// anything but the output of a layer (layers above it are left out); a sentence head that does not read
/// [CLS] through one dense layer with tanh, not normalised; other heads than classification,
/// token_classification and regression; other backbones than bert.
void write_hugging_face_head(LoadedRun& run, const std::string& task,
                             const std::filesystem::path& run_directory,
                             const std::filesystem::path& directory);

}  // namespace mtt
