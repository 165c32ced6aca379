// The part of config.json that shapes a BERT encoder.
#pragma once

#include <cstdint>
#include <string>

#include "mtt/value.h"

/// The sizes and constants of a BERT encoder (Devlin et al. 2019), under the names of config.json.
struct BertConfig {
  std::int64_t vocab_size = 0;
  std::int64_t hidden_size = 0;
  std::int64_t num_hidden_layers = 0;
  std::int64_t num_attention_heads = 0;
  std::int64_t intermediate_size = 0;
  std::int64_t max_position_embeddings = 0;
  std::int64_t type_vocab_size = 2;
  double layer_norm_eps = 1e-12;
  double hidden_dropout_prob = 0.1;
  std::string hidden_act = "gelu";

  /// Reads and checks a config.json; throws mtt::Error with the place of what is wrong.
  static BertConfig read(const mtt::Value& config);
};
