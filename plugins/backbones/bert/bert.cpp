#include "bert.h"

#include <ATen/ops/empty.h>

#include <array>
#include <utility>

#include "mtt/nn/ragged_attention.h"

using mtt::nn::Dropout;
using mtt::nn::Embedding;
using mtt::nn::LayerNorm;
using mtt::nn::Linear;

namespace {

at::Tensor positions(const mtt::TokenBatch& batch) {
  auto result = at::empty({batch.tokens()}, at::kLong);
  auto* out = result.mutable_data_ptr<std::int64_t>();
  for (std::int64_t s = 0; s < batch.sentences(); ++s)
    for (std::int64_t i = 0; i < batch.length(s); ++i) *out++ = i;
  return result;
}

}  // namespace

BertEmbeddings::BertEmbeddings(const BertConfig& config)
    : word_(child<Embedding>("word", config.vocab_size, config.hidden_size)),
      position_(child<Embedding>("position", config.max_position_embeddings, config.hidden_size)),
      type_(child<Embedding>("type", config.type_vocab_size, config.hidden_size)),
      norm_(child<LayerNorm>("norm", config.hidden_size, config.layer_norm_eps)),
      dropout_(child<Dropout>("dropout", config.hidden_dropout_prob)) {}

at::Tensor BertEmbeddings::forward(const mtt::TokenBatch& batch) const {
  return dropout_.forward(norm_.forward(word_.forward(batch.ids)
                                            .add_(type_.forward(batch.type_ids))
                                            .add_(position_.forward(positions(batch)))));
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

void BertLayer::append_places(std::int64_t layer, std::vector<mtt::AdapterPlace>& places) {
  const std::int64_t hidden = attention_output_.weight.size(0);
  places.push_back({"attention.query", layer, &qkv_, 0, hidden});
  places.push_back({"attention.key", layer, &qkv_, hidden, hidden});
  places.push_back({"attention.value", layer, &qkv_, 2 * hidden, hidden});
  places.push_back({"attention.output", layer, &attention_output_, 0, hidden});
  places.push_back({"ffn.intermediate", layer, &intermediate_, 0, intermediate_.weight.size(0)});
  places.push_back({"ffn.output", layer, &output_, 0, hidden});
}

at::Tensor BertLayer::forward(const at::Tensor& hidden, const mtt::TokenBatch& batch) const {
  const auto context = mtt::nn::ragged_attention(qkv_.forward(hidden), batch, heads_);
  const auto projected = dropout_.forward(attention_output_.forward(context));
  const auto attended = attention_norm_.forward(projected.add_(hidden));
  const auto expanded = intermediate_.forward(attended, activation_);
  return output_norm_.forward(dropout_.forward(output_.forward(expanded)).add_(attended));
}

Bert::Bert(const BertConfig& config)
    : shape_{.vocabulary = config.vocab_size,
             .token_types = config.type_vocab_size,
             .positions = config.max_position_embeddings,
             .hidden = config.hidden_size,
             .layers = config.num_hidden_layers},
      embeddings_(child<BertEmbeddings>("embeddings", config)) {
  for (std::int64_t i = 0; i < config.num_hidden_layers; ++i)
    layers_.push_back(&child<BertLayer>("layers." + std::to_string(i), config));
}

at::Tensor Bert::layers(at::Tensor hidden, const mtt::TokenBatch& batch, std::int64_t from,
                        std::int64_t to) const {
  for (std::int64_t i = from; i < to; ++i) hidden = layers_[i]->forward(hidden, batch);
  return hidden;
}

std::vector<mtt::AdapterPlace> Bert::adapter_places() {
  std::vector<mtt::AdapterPlace> places;
  for (std::size_t i = 0; i < layers_.size(); ++i)
    layers_[i]->append_places(static_cast<std::int64_t>(i), places);
  return places;
}

std::optional<mtt::WeightTarget> Bert::weight_target(std::string_view name) const {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kEmbeddings = {{
      {"embeddings.word_embeddings.weight", "embeddings.word.weight"},
      {"embeddings.position_embeddings.weight", "embeddings.position.weight"},
      {"embeddings.token_type_embeddings.weight", "embeddings.type.weight"},
      {"embeddings.position_ids", ""},
  }};
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kModules = {{
      {"attention.output.dense", "attention.output"},
      {"attention.output.LayerNorm", "attention.norm"},
      {"intermediate.dense", "ffn.intermediate"},
      {"output.dense", "ffn.output"},
      {"output.LayerNorm", "ffn.norm"},
  }};
  constexpr std::array<std::string_view, 3> kAttention = {"query", "key", "value"};

  if (name.starts_with("bert.")) name.remove_prefix(5);
  if (name.starts_with("pooler.") || name.starts_with("cls.")) return mtt::WeightTarget{};
  for (const auto& [theirs, ours] : kEmbeddings)
    if (name == theirs) return mtt::WeightTarget{std::string(ours)};

  const auto dot = name.rfind('.');
  if (dot == std::string_view::npos) return std::nullopt;
  std::string kind(name.substr(dot + 1));
  if (kind == "gamma") kind = "weight";
  if (kind == "beta") kind = "bias";
  std::string_view module = name.substr(0, dot);
  if (module == "embeddings.LayerNorm") return mtt::WeightTarget{"embeddings.norm." + kind};

  constexpr std::string_view kLayer = "encoder.layer.";
  if (!module.starts_with(kLayer)) return std::nullopt;
  module.remove_prefix(kLayer.size());
  const auto end = module.find('.');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string prefix = "layers." + std::string(module.substr(0, end)) + ".";
  module.remove_prefix(end + 1);

  for (std::size_t i = 0; i < kAttention.size(); ++i) {
    if (module == "attention.self." + std::string(kAttention[i]))
      return mtt::WeightTarget{prefix + "attention.qkv." + kind,
                               static_cast<std::int64_t>(i) * shape_.hidden};
  }
  for (const auto& [theirs, ours] : kModules)
    if (module == theirs) return mtt::WeightTarget{prefix + std::string(ours) + "." + kind};
  return std::nullopt;
}
