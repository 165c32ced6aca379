#include "bert.h"

#include <ATen/ops/empty.h>

#include <algorithm>

#include "mtt/nn/ragged_attention.h"
#include "relative_positions.h"

using mtt::nn::Dropout;
using mtt::nn::Embedding;
using mtt::nn::LayerNorm;
using mtt::nn::Linear;

namespace {

/// Positions from `offset` on. With an offset they are those behind the padding token, which keeps its own id
/// as position and counts for no other, also where a text holds it.
at::Tensor positions(const mtt::PackedBatch& batch, std::int64_t offset) {
  if (offset == 0) return batch.positions;
  auto result = at::empty({batch.tokens()}, at::kLong);
  auto* out = result.mutable_data_ptr<std::int64_t>();
  const at::Tensor ids = batch.ids.contiguous();
  const auto* id = ids.const_data_ptr<std::int64_t>();
  for (std::int64_t s = 0; s < batch.size(); ++s) {
    std::int64_t next = offset;
    for (std::int64_t i = 0; i < batch.length(s); ++i, ++id) *out++ = *id == offset - 1 ? *id : next++;
  }
  return result;
}

}  // namespace

BertEmbeddings::BertEmbeddings(const BertConfig& config)
    : word_(child<Embedding>("word", config.vocab_size, config.embedding_size)),
      position_(child<Embedding>("position", config.max_position_embeddings, config.embedding_size)),
      type_(config.type_vocab_size > 0
                ? &child<Embedding>("type", config.type_vocab_size, config.embedding_size)
                : nullptr),
      norm_(child<LayerNorm>("norm", config.embedding_size, config.layer_norm_eps)),
      dropout_(child<Dropout>("dropout", config.hidden_dropout_prob)),
      project_(config.projects_embeddings
                   ? &child<Linear>("project", config.embedding_size, config.hidden_size)
                   : nullptr),
      position_offset_(config.position_offset) {}

at::Tensor BertEmbeddings::forward(const mtt::PackedBatch& batch) const {
  at::Tensor sum = word_.forward(batch.ids);
  if (type_) sum = sum.add_(type_->forward(batch.type_ids));
  sum = dropout_.forward(norm_.forward(sum, position_.forward(positions(batch, position_offset_))));
  return project_ ? project_->forward(sum) : sum;
}

BertLayer::BertLayer(const BertConfig& config)
    : heads_(config.num_attention_heads),
      qkv_(child<Linear>("attention.qkv", config.hidden_size, 3 * config.hidden_size)),
      attention_output_(child<Linear>("attention.output", config.hidden_size, config.hidden_size)),
      attention_norm_(child<LayerNorm>("attention.norm", config.hidden_size, config.layer_norm_eps)),
      intermediate_(child<Linear>("ffn.intermediate", config.hidden_size, config.intermediate_size)),
      output_(child<Linear>("ffn.output", config.intermediate_size, config.hidden_size)),
      output_norm_(child<LayerNorm>("ffn.norm", config.hidden_size, config.layer_norm_eps)),
      dropout_(child<Dropout>("dropout", config.hidden_dropout_prob)),
      activation_(config.hidden_act) {}

at::Tensor BertLayer::forward(const at::Tensor& hidden, const mtt::PackedBatch& batch,
                              const at::Tensor& bias) const {
  const auto context = mtt::nn::ragged_attention(qkv_.forward(hidden), batch, heads_, bias);
  const auto projected = dropout_.forward(attention_output_.forward(context));
  const auto attended = attention_norm_.forward(projected, hidden);
  const auto expanded = intermediate_.forward(attended, activation_);
  return output_norm_.forward(dropout_.forward(output_.forward(expanded)), attended);
}

Bert::Bert(const BertConfig& config)
    : config_(config),
      shape_{.vocabulary = config.vocab_size,
             .token_types = config.type_vocab_size,
             .positions = config.max_position_embeddings - config.position_offset,
             .hidden = config.hidden_size,
             .layers = config.num_hidden_layers},
      embeddings_(child<BertEmbeddings>("embeddings", config)),
      relative_bias_(config.relative_buckets > 0
                         ? &child<Embedding>("embeddings.relative_bias", config.relative_buckets,
                                             config.num_attention_heads)
                         : nullptr) {
  for (std::int64_t i = 0; i < (config.shares_layers ? 1 : config.num_hidden_layers); ++i)
    layers_.push_back(&child<BertLayer>("layers." + std::to_string(i), config));
}

at::Tensor Bert::layers(at::Tensor hidden, const mtt::PackedBatch& batch, std::int64_t from,
                        std::int64_t to) const {
  at::Tensor bias;
  if (relative_bias_ && from < to) {
    std::int64_t longest = 0;
    for (std::int64_t s = 0; s < batch.size(); ++s) longest = std::max(longest, batch.length(s));
    bias = relative_bias(*relative_bias_, longest);
  }
  for (std::int64_t i = from; i < to; ++i)
    hidden = layers_[config_.shares_layers ? 0 : i]->forward(hidden, batch, bias);
  return hidden;
}

std::vector<mtt::AdapterPlace> Bert::adapter_places() {
  std::vector<mtt::LayerProjections> projections;
  for (const BertLayer* layer : layers_) projections.push_back(layer->projections());
  return mtt::places_of_layers(projections);
}
