// A head of sentences with a dense layer before it, as transformers' classifiers have.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mtt/head.h"
#include "mtt/nn/layers.h"

namespace mtt {

/// Another head on activation(x Wᵀ + b), with W square: BERT's pooler, RoBERTa's dense layer, DistilBERT's
/// pre_classifier. The other head's labels, targets, losses, predictions and scores are its own.
class HeadBehindDense : public Head {
 public:
  HeadBehindDense(std::unique_ptr<Head> head, std::string_view activation)
      : head_(std::move(head)), activation_(activation) {}

  nn::Linear& dense() { return *dense_; }  ///< after `build`
  Head& inner() { return *head_; }

  LabelKind label_kind() const override { return head_->label_kind(); }
  std::vector<std::string> label_names() const override { return head_->label_names(); }
  void learn_labels(const std::vector<Value>& labels) override { head_->learn_labels(labels); }
  Value state() const override { return head_->state(); }
  void restore(const Value& state) override { head_->restore(state); }
  void build(std::int64_t width) override;
  at::Tensor forward(const Encoding& encoding) const override;
  at::Tensor prepare(const std::vector<Value>& labels, const PackedBatch& batch,
                     const Groups& groups) const override {
    return head_->prepare(labels, batch, groups);
  }
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override {
    return head_->loss(logits, targets);
  }
  double count(const at::Tensor& targets) const override { return head_->count(targets); }
  LossKind loss_kind() const override { return head_->loss_kind(); }
  std::vector<Value> decode(const at::Tensor& logits, const PackedBatch& batch,
                            const Groups& groups) const override {
    return head_->decode(logits, batch, groups);
  }
  at::Tensor probabilities(const at::Tensor& logits) const override { return head_->probabilities(logits); }
  std::vector<Metric> score(const std::vector<Value>& predictions,
                            const std::vector<Value>& labels) const override {
    return head_->score(predictions, labels);
  }
  std::optional<bool> right(const Value& prediction, const Value& label) const override {
    return head_->right(prediction, label);
  }

 private:
  std::unique_ptr<Head> head_;
  nn::Linear* dense_ = nullptr;
  nn::Activation activation_;
};

}  // namespace mtt
