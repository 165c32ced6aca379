// How alike two sentences are.
#pragma once

#include "mtt/head.h"

/// The objectives by which sentence-transformers learn from pairs.
enum class PairLoss {
  cosine,  ///< (cosine − label)² (Reimers and Gurevych 2019, section 3)
  cosent,  ///< log(1 + Σ exp(scale · (cos_j − cos_i))) over pairs with label_i > label_j (Su 2022)
  /// cross-entropy of scale · cos, each text's own partner among all of the step (Henderson et al. 2017)
  multiple_negatives
};

/// The cosine of the two sentence vectors of a pair. It has no weights of its own: it teaches the encoder.
class Similarity : public mtt::Head {
 public:
  Similarity(PairLoss loss, double scale) : loss_(loss), scale_(scale) {}

  mtt::Level level() const override { return mtt::Level::pair; }
  mtt::LabelKind label_kind() const override { return mtt::LabelKind::numbers; }
  mtt::LossKind loss_kind() const override;
  bool coupled() const override { return loss_ != PairLoss::cosine; }
  /// Labels are numbers, or true and false. For multiple_negatives those above 0 say that a pair belongs
  /// together, and where no example has a label all pairs do; the other losses need labels, and cosine those
  /// of -1 to 1.
  void learn_labels(const std::vector<mtt::Value>& labels) override;
  mtt::Value state() const override { return mtt::Value::Table{}; }
  void restore(const mtt::Value&) override {}
  void build(std::int64_t) override {}
  /// → cosines of all texts with all partners [B, B] for multiple_negatives in training, else of the pairs
  /// [B, 1]; a vector of zeros has the cosine 0 with all
  at::Tensor forward(const mtt::Encoding& encoding) const override;
  at::Tensor prepare(const std::vector<mtt::Value>& labels, const mtt::TokenBatch& batch) const override;
  /// cosent is one number for all rows; it is given times the rows, so that the mean is that number.
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override;
  /// {"similarity": 0.83}
  std::vector<mtt::Value> decode(const at::Tensor& logits, const mtt::TokenBatch& batch) const override;
  std::vector<mtt::Metric> score(const std::vector<mtt::Value>& predictions,
                                 const std::vector<mtt::Value>& labels) const override;

 private:
  float target(const mtt::Value& label) const;

  PairLoss loss_;
  double scale_;
  bool all_belong_together_ = false;
};
