// Exports one task of a trained run, with its head, for other libraries.
#pragma once

#include <filesystem>
#include <string>

#include "run/run_directory.h"

namespace mtt {

/// Writes the encoder and one head: token heads as the backbone's class for tokens
/// (BertForTokenClassification); sentence heads that read [CLS] through a pooler (one dense layer with tanh,
/// not normalised) as its class for sentences (BertForSequenceClassification); other sentence heads as a
/// sentence-transformers directory whose vectors are the inputs of the head, with the head in
/// head.safetensors (run/linear_head_file.h). Layers that the head does not read are left out. The following
/// cannot be exported; they throw Error, and no files are left behind: a CRF; token heads of backbones that
/// name no class, or with a prompt; heads other than classification, multi_label, regression and
/// token_classification; a head on the embeddings.
void write_hugging_face_head(LoadedRun& run, const std::string& task,
                             const std::filesystem::path& run_directory,
                             const std::filesystem::path& directory);

}  // namespace mtt
