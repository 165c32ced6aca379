// Any number of labels a sentence.
#pragma once

#include "mtt/head.h"
#include "mtt/label_set.h"
#include "mtt/nn/layers.h"

/// The head's options.
struct MultiLabelSettings {
  mtt::LabelSet labels;
  double dropout = 0;
  double threshold = 0.5;  ///< probability from which a label is given
};

/// One logistic regression a label on sentence vectors: topics, emotions, tags. The loss is the binary
/// cross-entropy, and its mean runs over all decisions, examples times labels.
class MultiLabel : public mtt::Head {
 public:
  explicit MultiLabel(MultiLabelSettings settings);

  mtt::Level level() const override { return mtt::Level::sentence; }
  mtt::LabelKind label_kind() const override { return mtt::LabelKind::sets; }
  std::vector<std::string> label_names() const override { return labels_.names(); }
  /// A label is an array of names, empty where none applies; a string stands for an array of one.
  void learn_labels(const std::vector<mtt::Value>& labels) override;
  mtt::Value state() const override;
  void restore(const mtt::Value& state) override;
  void build(std::int64_t width) override;
  /// → [B, K]
  at::Tensor forward(const mtt::Encoding& encoding) const override;
  /// → float [B, K]: 1 where a label applies, else 0; NaN in all of a row without a label
  at::Tensor prepare(const std::vector<mtt::Value>& labels, const mtt::TokenBatch& batch) const override;
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override;
  bool convex() const override { return true; }
  /// {"labels": ["travel", "food"], "scores": {"food": 0.71, "travel": 0.93, ...}}
  std::vector<mtt::Value> decode(const at::Tensor& logits, const mtt::TokenBatch& batch) const override;
  at::Tensor probabilities(const at::Tensor& logits) const override;
  std::vector<mtt::Metric> score(const std::vector<mtt::Value>& predictions,
                                 const std::vector<mtt::Value>& labels) const override;
  std::optional<bool> right(const mtt::Value& prediction, const mtt::Value& label) const override;

 private:
  MultiLabelSettings settings_;
  mtt::LabelSet labels_;
  mtt::nn::Dropout& dropout_;
  mtt::nn::Linear* classifier_ = nullptr;
};
