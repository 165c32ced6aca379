// config_sentence_transformers.json: what a model says of its use.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace mtt {

/// Prompts and what else stands in config_sentence_transformers.json.
struct SentenceSettings {
  std::string model_type = "SentenceTransformer";  ///< "SparseEncoder", "CrossEncoder", ...
  std::map<std::string, std::string> prompts;
  std::string default_prompt;         ///< a name within `prompts`, or ""
  std::string similarity = "cosine";  ///< cosine, dot, euclidean or manhattan
  std::int64_t truncate = 0;          ///< vectors are cut to this many dimensions; 0: not
};

/// Reads the file in a model's directory; without it everything has its default. Of another model type
/// nothing else is read. Keys that sentence-transformers ignores are named in `warnings`.
SentenceSettings read_sentence_settings(const std::filesystem::path& directory,
                                        std::vector<std::string>& warnings);

}  // namespace mtt
