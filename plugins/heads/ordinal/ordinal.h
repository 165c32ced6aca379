// Labels in an order.
#pragma once

#include "mtt/head.h"
#include "mtt/label_set.h"
#include "mtt/nn/layers.h"

/// The head's options.
struct OrdinalSettings {
  std::vector<std::string> labels;  ///< from lowest to highest
  double dropout = 0;
};

/// The proportional-odds model (McCullagh 1980) on sentence vectors: ratings, grades, degrees. One score w·x
/// meets thresholds θ_1 < ... < θ_{K-1}: P(y ≤ k) = σ(θ_k − w·x), and the loss is −log P(y). Thresholds are
/// the first one plus positive steps, so they cannot cross.
class Ordinal : public mtt::Head {
 public:
  explicit Ordinal(OrdinalSettings settings);

  mtt::Level level() const override { return mtt::Level::sentence; }
  mtt::LabelKind label_kind() const override { return mtt::LabelKind::classes; }
  std::vector<std::string> label_names() const override { return labels_.names(); }
  /// Without the option `labels` all labels must be numbers, which say their order.
  void learn_labels(const std::vector<mtt::Value>& labels) override;
  mtt::Value state() const override;
  void restore(const mtt::Value& state) override;
  void build(std::int64_t width) override;
  /// → [B, K-1]: θ_k − w·x
  at::Tensor forward(const mtt::Encoding& encoding) const override;
  at::Tensor prepare(const std::vector<mtt::Value>& labels, const mtt::TokenBatch& batch) const override;
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override;
  bool convex() const override { return true; }
  /// {"label": "4", "score": 0.61, "rank": 3.4}: the most probable label, its probability, and the expected
  /// place in the order, counted from 1
  std::vector<mtt::Value> decode(const at::Tensor& logits, const mtt::TokenBatch& batch) const override;
  at::Tensor probabilities(const at::Tensor& logits) const override;
  std::vector<mtt::Metric> score(const std::vector<mtt::Value>& predictions,
                                 const std::vector<mtt::Value>& labels) const override;
  std::optional<bool> right(const mtt::Value& prediction, const mtt::Value& label) const override;

 private:
  mtt::LabelSet labels_;
  mtt::nn::Dropout& dropout_;
  mtt::nn::Linear* score_ = nullptr;
  at::Tensor* thresholds_ = nullptr;  ///< [K-1]: θ_1 and the softplus-inverse steps to the others
};
