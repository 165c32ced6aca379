#include "modernbert.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/layer_norm.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "mtt/nn/ragged_attention.h"

using mtt::nn::Dropout;
using mtt::nn::Embedding;
using mtt::nn::Linear;

namespace {

at::Tensor rotated(const at::Tensor& x, const RotaryTable& table) {
  const std::int64_t half = x.size(2) / 2;
  const at::Tensor turned = at::cat({-x.narrow(2, half, half), x.narrow(2, 0, half)}, 2);
  return x * table.cosine + turned * table.sine;
}

}  // namespace

ScaleNorm::ScaleNorm(std::int64_t size, double epsilon)
    : weight_(parameter("weight", {size})), epsilon_(epsilon) {}

at::Tensor ScaleNorm::forward(const at::Tensor& x) const {
  return at::layer_norm(x, weight_.sizes(), weight_, {}, epsilon_);
}

ModernBertLayer::ModernBertLayer(const ModernBertConfig& config, std::int64_t number)
    : heads_(config.num_attention_heads),
      attention_norm_(number == 0 ? nullptr
                                  : &child<ScaleNorm>("attention.norm", config.hidden_size, config.norm_eps)),
      qkv_(child<Linear>("attention.qkv", config.hidden_size, 3 * config.hidden_size, false)),
      attention_output_(child<Linear>("attention.output", config.hidden_size, config.hidden_size, false)),
      attention_dropout_(child<Dropout>("attention.dropout", config.attention_dropout)),
      ffn_norm_(child<ScaleNorm>("ffn.norm", config.hidden_size, config.norm_eps)),
      intermediate_(
          child<Linear>("ffn.intermediate", config.hidden_size, 2 * config.intermediate_size, false)),
      output_(child<Linear>("ffn.output", config.intermediate_size, config.hidden_size, false)),
      ffn_dropout_(child<Dropout>("ffn.dropout", config.mlp_dropout)),
      activation_(config.hidden_activation),
      final_norm_(number + 1 < config.num_hidden_layers
                      ? nullptr
                      : &child<ScaleNorm>("final_norm", config.hidden_size, config.norm_eps)) {}

at::Tensor ModernBertLayer::forward(const at::Tensor& hidden, const LayerContext& context) const {
  const std::int64_t tokens = hidden.size(0), size = hidden.size(1);
  const at::Tensor qkv = qkv_.forward(attention_norm_ ? attention_norm_->forward(hidden) : hidden)
                             .view({tokens, 3, heads_, size / heads_});
  const at::Tensor turned = at::cat({rotated(qkv.select(1, 0), context.rotary).reshape({tokens, size}),
                                     rotated(qkv.select(1, 1), context.rotary).reshape({tokens, size}),
                                     qkv.select(1, 2).reshape({tokens, size})},
                                    1);
  const at::Tensor attended = mtt::nn::ragged_attention(turned, context.batch, heads_, context.window);
  const at::Tensor middle = hidden + attention_dropout_.forward(attention_output_.forward(attended));
  const at::Tensor wide = intermediate_.forward(ffn_norm_.forward(middle));
  const std::int64_t inner = wide.size(1) / 2;
  const at::Tensor gated = activation_(wide.narrow(1, 0, inner)) * wide.narrow(1, inner, inner);
  const at::Tensor last = middle + output_.forward(ffn_dropout_.forward(gated));
  return final_norm_ ? final_norm_->forward(last) : last;
}

ModernBert::ModernBert(const ModernBertConfig& config)
    : config_(config),
      shape_{.vocabulary = config.vocab_size,
             .token_types = 0,
             .positions = config.max_position_embeddings,
             .hidden = config.hidden_size,
             .layers = config.num_hidden_layers},
      word_(child<Embedding>("embeddings.word", config.vocab_size, config.hidden_size)),
      norm_(child<ScaleNorm>("embeddings.norm", config.hidden_size, config.norm_eps)),
      dropout_(child<Dropout>("embeddings.dropout", config.embedding_dropout)) {
  for (std::int64_t i = 0; i < config.num_hidden_layers; ++i)
    layers_.push_back(&child<ModernBertLayer>("layers." + std::to_string(i), config, i));
}

at::Tensor ModernBert::embed(const mtt::PackedBatch& batch) const {
  return dropout_.forward(norm_.forward(word_.forward(batch.ids)));
}

RotaryTable ModernBert::rotary(const mtt::PackedBatch& batch, double theta) const {
  const std::int64_t size = config_.hidden_size / config_.num_attention_heads, half = size / 2;
  RotaryTable table{at::empty({batch.tokens(), 1, size}, at::kFloat),
                    at::empty({batch.tokens(), 1, size}, at::kFloat)};
  auto* cosine = table.cosine.mutable_data_ptr<float>();
  auto* sine = table.sine.mutable_data_ptr<float>();
  std::vector<float> frequencies;
  for (std::int64_t i = 0; i < half; ++i)
    frequencies.push_back(
        static_cast<float>(1 / std::pow(theta, static_cast<double>(2 * i) / static_cast<double>(size))));
  for (std::int64_t s = 0; s < batch.size(); ++s)
    for (std::int64_t position = 0; position < batch.length(s); ++position, cosine += size, sine += size)
      for (std::int64_t i = 0; i < half; ++i) {
        const float angle = static_cast<float>(position) * frequencies[i];
        cosine[i] = cosine[half + i] = std::cos(angle);
        sine[i] = sine[half + i] = std::sin(angle);
      }
  return table;
}

at::Tensor ModernBert::window(const mtt::PackedBatch& batch) const {
  std::int64_t longest = 0;
  for (std::int64_t s = 0; s < batch.size(); ++s) longest = std::max(longest, batch.length(s));
  const std::int64_t side = config_.local_attention / 2;
  if (longest <= side + 1) return {};
  at::Tensor mask = at::full({1, longest, longest}, -std::numeric_limits<float>::infinity(), at::kFloat);
  auto* row = mask.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < longest; ++i, row += longest)
    std::fill(row + std::max<std::int64_t>(0, i - side), row + std::min(longest, i + side + 1), 0.0F);
  return mask.expand({config_.num_attention_heads, longest, longest});
}

at::Tensor ModernBert::layers(at::Tensor hidden, const mtt::PackedBatch& batch, std::int64_t from,
                              std::int64_t to) const {
  if (from == to) return hidden;
  const LayerContext global{batch, rotary(batch, config_.global_rope_theta), {}};
  const LayerContext local{batch, rotary(batch, config_.local_rope_theta), window(batch)};
  for (std::int64_t i = from; i < to; ++i)
    hidden = layers_[i]->forward(hidden, config_.global[i] ? global : local);
  return hidden;
}

std::vector<mtt::AdapterPlace> ModernBert::adapter_places() {
  std::vector<mtt::LayerProjections> projections;
  for (const ModernBertLayer* layer : layers_) projections.push_back(layer->projections());
  return mtt::places_of_layers(projections);
}

std::optional<mtt::WeightTarget> ModernBert::weight_target(std::string_view name) const {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kModules = {{
      {"attn_norm.weight", "attention.norm.weight"},
      {"attn.Wqkv.weight", "attention.qkv.weight"},
      {"attn.Wo.weight", "attention.output.weight"},
      {"mlp_norm.weight", "ffn.norm.weight"},
      {"mlp.Wi.weight", "ffn.intermediate.weight"},
      {"mlp.Wo.weight", "ffn.output.weight"},
  }};
  if (name.starts_with("model.")) name.remove_prefix(6);
  for (const std::string_view part : {"head.", "decoder.", "classifier."})
    if (name.starts_with(part)) return mtt::WeightTarget{};
  if (name == "embeddings.tok_embeddings.weight") return mtt::WeightTarget{"embeddings.word.weight"};
  if (name == "embeddings.norm.weight") return mtt::WeightTarget{"embeddings.norm.weight"};
  if (name == "final_norm.weight")
    return mtt::WeightTarget{"layers." + std::to_string(shape_.layers - 1) + ".final_norm.weight"};
  constexpr std::string_view kLayers = "layers.";
  if (!name.starts_with(kLayers)) return std::nullopt;
  const auto end = name.find('.', kLayers.size());
  if (end == std::string_view::npos) return std::nullopt;
  const std::string prefix(name.substr(0, end + 1));
  for (const auto& [theirs, ours] : kModules)
    if (name.substr(end + 1) == theirs) return mtt::WeightTarget{prefix + std::string(ours)};
  return std::nullopt;
}
