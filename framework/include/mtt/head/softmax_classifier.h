// Softmax over classes, for heads on sentence vectors.
#pragma once

#include "mtt/head.h"
#include "mtt/label_set.h"
#include "mtt/nn/cross_entropy.h"
#include "mtt/nn/layers.h"

namespace mtt {

/// The options of a softmax classification.
struct MTT_API SoftmaxSettings {
  LabelSet labels;
  double dropout = 0;
  double label_smoothing = 0;
  /// label = weight; labels that are missing have 1
  Value class_weights = Value(Value::Table{});
  bool balanced = false;  ///< class weights n / (K · n_c) instead

  static OptionList options();
  static SoftmaxSettings read(const Options& options);
};

/// Softmax classification of sentence vectors. A subclass may read other inputs and give other vectors to
/// `logits`.
class MTT_API SoftmaxClassifier : public Head {
 public:
  explicit SoftmaxClassifier(SoftmaxSettings settings);

  LabelKind label_kind() const override { return LabelKind::classes; }
  std::vector<std::string> label_names() const override { return labels_.names(); }
  /// Fewer than two labels throw Error.
  void learn_labels(const std::vector<Value>& labels) override;
  Value state() const override;
  void restore(const Value& state) override;
  void build(std::int64_t width) override;
  at::Tensor forward(const Encoding& encoding) const override;
  at::Tensor prepare(const std::vector<Value>& labels, const PackedBatch& batch,
                     const Groups&) const override;
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override;
  bool convex() const override { return true; }
  double penalty_scale() const override { return labels_.size() == 2 ? 2 : 1; }
  double count(const at::Tensor& targets) const override;
  /// {"label": "weather", "score": 0.93}
  std::vector<Value> decode(const at::Tensor& logits, const PackedBatch& batch, const Groups&) const override;
  at::Tensor probabilities(const at::Tensor& logits) const override;
  std::vector<Metric> score(const std::vector<Value>& predictions,
                            const std::vector<Value>& labels) const override;
  std::optional<bool> right(const Value& prediction, const Value& label) const override;
  void initialise(const std::string& method, const at::Tensor& features, const at::Tensor& targets) override;
  std::vector<std::string> initialisations() const override { return {"class_means", "ridge"}; }

 protected:
  /// [N, width] → [N, K]; dropout in training mode.
  at::Tensor logits(const at::Tensor& vectors) const;

 private:
  void learn_weights(const std::vector<Value>& labels);

  SoftmaxSettings settings_;
  LabelSet labels_;
  nn::CrossEntropy loss_;
  nn::Dropout& dropout_;
  nn::Linear* classifier_ = nullptr;
};

}  // namespace mtt
