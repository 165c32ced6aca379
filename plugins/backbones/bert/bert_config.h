// The part of config.json that shapes an encoder of the BERT family.
#pragma once

#include <cstdint>
#include <string>

#include "mtt/value.h"

/// The sizes and constants of an encoder, under BERT's names (Devlin et al. 2019).
struct BertConfig {
  std::string model_type = "bert";
  std::int64_t vocab_size = 0;
  std::int64_t hidden_size = 0;
  std::int64_t num_hidden_layers = 0;
  std::int64_t num_attention_heads = 0;
  std::int64_t intermediate_size = 0;
  std::int64_t max_position_embeddings = 0;
  std::int64_t type_vocab_size = 2;   ///< 0: no embedding of token types
  std::int64_t embedding_size = 0;    ///< of the embeddings
  bool projects_embeddings = false;   ///< a linear layer between them and the hidden states
  bool shares_layers = false;         ///< all layers have the same parameters (ALBERT)
  std::int64_t position_offset = 0;   ///< the position of a sentence's first token (RoBERTa: padding id + 1)
  std::int64_t relative_buckets = 0;  ///< of MPNet's bias on relative positions; 0: none
  double layer_norm_eps = 1e-12;
  double hidden_dropout_prob = 0.1;
  std::string hidden_act = "gelu";

  /// Reads and checks a config.json of one of the model types albert, bert, distilbert, electra, mpnet,
  /// roberta, xlm-roberta and camembert (all others are read as bert); throws mtt::Error with the place of
  /// what is wrong.
  static BertConfig read(const mtt::Value& config);
};
