// ModernBERT on packed tokens.
#pragma once

#include <vector>

#include "modernbert_config.h"
#include "mtt/backbone.h"
#include "mtt/nn/layers.h"

/// Layer normalisation without a bias, parameter `weight` [size].
class ScaleNorm : public mtt::nn::Module {
 public:
  ScaleNorm(std::int64_t size, double epsilon);
  at::Tensor forward(const at::Tensor& x) const;

 private:
  at::Tensor& weight_;
  double epsilon_;
};

/// Cosines and sines of the rotary positions (Su et al. 2021) of all tokens, each [T, 1, head size].
struct RotaryTable {
  at::Tensor cosine, sine;
};

/// What a layer needs of the batch beside hidden states.
struct LayerContext {
  const mtt::PackedBatch& batch;
  RotaryTable rotary;
  at::Tensor
      window;  ///< [heads, L, L]: 0 within a local layer's window, else -infinity; undefined: all is seen
};

/// One encoder layer: attention and a gated feed-forward, each behind a normalisation (the first layer's
/// attention behind none) and with a residual. The last one ends in the encoder's final normalisation.
class ModernBertLayer : public mtt::nn::Module {
 public:
  ModernBertLayer(const ModernBertConfig& config, std::int64_t number);
  /// [T, hidden_size] → [T, hidden_size]
  at::Tensor forward(const at::Tensor& hidden, const LayerContext& context) const;
  mtt::LayerProjections projections() const { return {qkv_, attention_output_, intermediate_, output_}; }

 private:
  std::int64_t heads_;
  ScaleNorm* attention_norm_;
  mtt::nn::Linear& qkv_;
  mtt::nn::Linear& attention_output_;
  mtt::nn::Dropout& attention_dropout_;
  ScaleNorm& ffn_norm_;
  mtt::nn::Linear& intermediate_;  ///< what is activated and its gate as one matrix [2·intermediate, hidden]
  mtt::nn::Linear& output_;
  mtt::nn::Dropout& ffn_dropout_;
  mtt::nn::Activation activation_;
  ScaleNorm* final_norm_;
};

/// ModernBERT by its config.json (Warner et al. 2024): rotary positions, layers that see the whole sentence
/// between layers that see a window, no padding and no biases.
class ModernBert : public mtt::Backbone {
 public:
  explicit ModernBert(const ModernBertConfig& config);

  const mtt::BackboneShape& shape() const override { return shape_; }
  at::Tensor embed(const mtt::PackedBatch& batch) const override;
  at::Tensor layers(at::Tensor hidden, const mtt::PackedBatch& batch, std::int64_t from,
                    std::int64_t to) const override;
  std::vector<mtt::AdapterPlace> adapter_places() override;
  std::optional<mtt::WeightTarget> weight_target(std::string_view checkpoint_name) const override;

 private:
  RotaryTable rotary(const mtt::PackedBatch& batch, double theta) const;
  at::Tensor window(const mtt::PackedBatch& batch) const;

  ModernBertConfig config_;
  mtt::BackboneShape shape_;
  mtt::nn::Embedding& word_;
  ScaleNorm& norm_;
  mtt::nn::Dropout& dropout_;
  std::vector<ModernBertLayer*> layers_;
};
