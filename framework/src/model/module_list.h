// modules.json: the modules of a sentence-transformers model, in their order.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "model/pooling_config.h"
#include "model/sentence_modules.h"

namespace mtt {

/// A dense module of a directory: its shape, and the folder of its weights.
struct DenseModule {
  SentenceModules::DenseShape shape;
  std::filesystem::path directory;
};

/// What the modules of a directory are.
struct ModuleList {
  std::filesystem::path transformer;  ///< the folder of config.json, the tokenizer and model.safetensors
  PoolingConfig pooling;
  std::vector<DenseModule> dense;
  bool normalize = false;
};

/// Reads modules.json and the configuration of each module but the Transformer. Other modules, or another
/// order than Transformer, Pooling, any Dense, at most one Normalize, throw Error. Dropout, which acts in
/// training alone, is left out and named in `warnings`.
ModuleList read_module_list(const std::filesystem::path& directory, std::vector<std::string>& warnings);

}  // namespace mtt
