// sentence_bert_config.json: what a Transformer module does beside its config.json.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace mtt {

/// The settings of a Transformer module.
struct TransformerConfig {
  std::int64_t max_tokens = 0;  ///< longest text in tokens, special tokens included; 0: not said
  bool lower_case = false;      ///< texts are lowercased, whatever tokenizer.json says
  std::string file;             ///< that says so; "" where there is none
};

/// Reads sentence_bert_config.json, or the first of its older names (sentence_roberta_config.json, ...), in a
/// Transformer module's folder. Limits in `processing_kwargs` and `processor_kwargs` go before
/// `max_seq_length`, as in sentence-transformers. What would change the vectors and is not supported throws
/// Error; what acts in other methods than `encode` is named in `warnings`.
TransformerConfig read_transformer_config(const std::filesystem::path& folder,
                                          std::vector<std::string>& warnings);

}  // namespace mtt
