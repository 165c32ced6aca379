// Softmax over classes, on sentence vectors.
#pragma once

#include "mtt/head.h"
#include "mtt/label_set.h"
#include "mtt/nn/cross_entropy.h"
#include "mtt/nn/layers.h"

/// The head's options.
struct SoftmaxSettings {
  mtt::LabelSet labels;
  double dropout = 0;
  double label_smoothing = 0;
  /// label = weight; labels that are missing have 1
  mtt::Value class_weights = mtt::Value(mtt::Value::Table{});
  bool balanced = false;  ///< class weights n / (K · n_c) instead

  static mtt::OptionList options();
  static SoftmaxSettings read(const mtt::Options& options);
};

/// Softmax classification of sentence vectors: intents, sentiment, topics.
class SoftmaxClassifier : public mtt::Head {
 public:
  explicit SoftmaxClassifier(SoftmaxSettings settings);

  mtt::LabelKind label_kind() const override { return mtt::LabelKind::classes; }
  std::vector<std::string> label_names() const override { return labels_.names(); }
  void learn_labels(const std::vector<mtt::Value>& labels) override;
  mtt::Value state() const override;
  void restore(const mtt::Value& state) override;
  void build(std::int64_t width) override;
  at::Tensor forward(const mtt::Encoding& encoding) const override;
  at::Tensor prepare(const std::vector<mtt::Value>& labels, const mtt::PackedBatch& batch,
                     const mtt::Groups&) const override;
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override;
  bool convex() const override { return true; }
  double penalty_scale() const override { return labels_.size() == 2 ? 2 : 1; }
  double count(const at::Tensor& targets) const override;
  /// {"label": "weather", "score": 0.93}
  std::vector<mtt::Value> decode(const at::Tensor& logits, const mtt::PackedBatch& batch,
                                 const mtt::Groups&) const override;
  at::Tensor probabilities(const at::Tensor& logits) const override;
  std::vector<mtt::Metric> score(const std::vector<mtt::Value>& predictions,
                                 const std::vector<mtt::Value>& labels) const override;
  std::optional<bool> right(const mtt::Value& prediction, const mtt::Value& label) const override;
  void initialise(const std::string& method, const at::Tensor& features, const at::Tensor& targets) override;
  std::vector<std::string> initialisations() const override { return {"class_means", "ridge"}; }

 protected:
  at::Tensor logits(const at::Tensor& vectors) const;  ///< [N, width] → [N, K]

 private:
  void learn_weights(const std::vector<mtt::Value>& labels);

  SoftmaxSettings settings_;
  mtt::LabelSet labels_;
  mtt::nn::CrossEntropy loss_;
  mtt::nn::Dropout& dropout_;
  mtt::nn::Linear* classifier_ = nullptr;
};
