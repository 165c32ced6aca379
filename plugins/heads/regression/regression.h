// One number a sentence.
#pragma once

#include "mtt/head.h"
#include "mtt/nn/layers.h"

/// Linear regression of sentence vectors: ratings, urgency, similarity to a topic.
class Regression : public mtt::Head {
 public:
  mtt::Level level() const override { return mtt::Level::sentence; }
  mtt::LabelKind label_kind() const override { return mtt::LabelKind::numbers; }
  mtt::LossKind loss_kind() const override { return mtt::LossKind::regression; }
  void learn_labels(const std::vector<mtt::Value>& labels) override;
  mtt::Value state() const override { return mtt::Value::Table{}; }
  void restore(const mtt::Value&) override {}
  void build(std::int64_t width) override;
  at::Tensor forward(const mtt::Encoding& encoding) const override;
  at::Tensor prepare(const std::vector<mtt::Value>& labels, const mtt::TokenBatch& batch) const override;
  /// Squared error.
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override;
  bool convex() const override { return true; }
  /// {"value": 0.42}
  std::vector<mtt::Value> decode(const at::Tensor& logits, const mtt::TokenBatch& batch) const override;
  std::vector<mtt::Metric> score(const std::vector<mtt::Value>& predictions,
                                 const std::vector<mtt::Value>& labels) const override;
  void initialise(const std::string& method, const at::Tensor& features, const at::Tensor& targets) override;
  std::vector<std::string> initialisations() const override { return {"ridge"}; }

 private:
  mtt::nn::Linear* regressor_ = nullptr;
};
