// BERT on packed tokens.
#pragma once

#include <vector>

#include "bert_config.h"
#include "bert_names.h"
#include "mtt/backbone.h"
#include "mtt/nn/layers.h"

/// Token, position and (where the model has them) type embeddings, summed and normalised, then projected
/// where they are of another size than the hidden states.
class BertEmbeddings : public mtt::nn::Module {
 public:
  explicit BertEmbeddings(const BertConfig& config);
  /// → [T, hidden_size]
  at::Tensor forward(const mtt::PackedBatch& batch) const;

 private:
  mtt::nn::Embedding& word_;
  mtt::nn::Embedding& position_;
  mtt::nn::Embedding* type_;
  mtt::nn::LayerNorm& norm_;
  mtt::nn::Dropout& dropout_;
  mtt::nn::Linear* project_;
  std::int64_t position_offset_;
};

/// One encoder layer: attention and feed-forward, each with a residual and a LayerNorm after it.
class BertLayer : public mtt::nn::Module {
 public:
  explicit BertLayer(const BertConfig& config);
  /// [T, hidden_size] → [T, hidden_size]; `bias` [heads, L, L] on attention scores, or undefined
  at::Tensor forward(const at::Tensor& hidden, const mtt::PackedBatch& batch, const at::Tensor& bias) const;
  mtt::LayerProjections projections() const { return {qkv_, attention_output_, intermediate_, output_}; }

 private:
  std::int64_t heads_;
  mtt::nn::Linear& qkv_;  ///< query, key and value as one matrix [3·hidden, hidden]
  mtt::nn::Linear& attention_output_;
  mtt::nn::LayerNorm& attention_norm_;
  mtt::nn::Linear& intermediate_;
  mtt::nn::Linear& output_;
  mtt::nn::LayerNorm& output_norm_;
  mtt::nn::Dropout& dropout_;  ///< after both projections; attention probabilities are not dropped
  mtt::nn::Activation activation_;
};

/// The BERT family by its config.json: BERT, MiniLM, bge, e5, gte (Devlin et al. 2019), DistilBERT, RoBERTa,
/// XLM-RoBERTa, ELECTRA, MPNet, whose layers share a bias on relative positions, and ALBERT (Lan et al.
/// 2020), whose layers are one, `layers.0`.
class Bert : public mtt::Backbone {
 public:
  explicit Bert(const BertConfig& config);

  const mtt::BackboneShape& shape() const override { return shape_; }
  at::Tensor embed(const mtt::PackedBatch& batch) const override { return embeddings_.forward(batch); }
  at::Tensor layers(at::Tensor hidden, const mtt::PackedBatch& batch, std::int64_t from,
                    std::int64_t to) const override;
  std::vector<mtt::AdapterPlace> adapter_places() override;
  std::optional<mtt::WeightTarget> weight_target(std::string_view checkpoint_name) const override {
    return bert_weight_target(config_, checkpoint_name);
  }
  std::optional<mtt::HuggingFaceClasses> hugging_face_classes() const override {
    return bert_classes(config_);
  }

 private:
  BertConfig config_;
  mtt::BackboneShape shape_;
  BertEmbeddings& embeddings_;
  mtt::nn::Embedding* relative_bias_;
  std::vector<BertLayer*> layers_;
};
