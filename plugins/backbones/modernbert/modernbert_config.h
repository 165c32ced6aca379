// The part of config.json that shapes a ModernBERT encoder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mtt/value.h"

/// The sizes and constants of an encoder (Warner et al. 2024), under the names of config.json.
struct ModernBertConfig {
  std::int64_t vocab_size = 0;
  std::int64_t hidden_size = 0;
  std::int64_t num_hidden_layers = 0;
  std::int64_t num_attention_heads = 0;
  std::int64_t intermediate_size = 0;
  std::int64_t max_position_embeddings = 0;
  std::int64_t local_attention = 128;  ///< tokens that a local layer sees, half of them on each side
  std::vector<bool> global;            ///< [layers]: whether a layer sees the whole sentence
  double global_rope_theta = 160'000, local_rope_theta = 10'000;
  double norm_eps = 1e-5;
  double embedding_dropout = 0, mlp_dropout = 0, attention_dropout = 0;
  std::string hidden_activation = "gelu";

  /// Reads and checks a config.json; throws mtt::Error with the place of what is wrong. Biases, which the
  /// published models do not have, are refused.
  static ModernBertConfig read(const mtt::Value& config);
};
