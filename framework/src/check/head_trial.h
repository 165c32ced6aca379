// A head that has learned the labels of made-up sentences.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "check/samples.h"
#include "model/transformed_batch.h"
#include "mtt/head.h"

namespace mtt {

/// A tolerance for what rounding may change.
inline constexpr double kRounding = 1e-5;

/// A head of a plugin with six sentences, or pairs for a head that reads groups, and features of them.
class HeadTrial {
 public:
  HeadTrial(const HeadPlugin& plugin, const Options& options) : plugin_(plugin), options_(options) {}

  /// Finds labels that the head takes, and builds it. None: Error.
  void learn();

  const HeadPlugin& plugin() const { return plugin_; }
  Head& head() const { return *head_; }
  const PackedBatch& batch() const { return sample_->batch; }
  const std::vector<Value>& labels() const { return labels_; }  ///< of the sentences, the fourth without one

  std::unique_ptr<Head> made() const;
  /// Another head with the state and the parameters of this one.
  std::unique_ptr<Head> copy_of(const Head& head) const;

  bool transforms() const { return head_->transforms(); }
  bool grouped() const { return reads_.grouped; }
  bool tokens() const { return reads_.unit == Reads::Unit::token; }
  /// Inputs per example: a pair for a head that reads groups.
  std::int64_t inputs() const { return grouped() ? 2 : 1; }
  std::vector<std::int64_t> inputs_of(const std::vector<std::int64_t>& words) const;
  std::int64_t examples(const PackedBatch& batch) const { return batch.size() / inputs(); }
  std::int64_t rows(const PackedBatch& batch) const {
    return !grouped() && tokens() ? batch.tokens() : examples(batch);
  }
  PackedBatch part_of(std::int64_t first, std::int64_t count) const {
    return batch().part(first * inputs(), count * inputs());
  }
  std::vector<Value> labels_of(std::int64_t first, std::int64_t count) const {
    return {labels_.begin() + first, labels_.begin() + first + count};
  }

  /// What an input or token reads depends on itself alone, so that a part of a batch reads the same.
  Encoding features(const PackedBatch& batch) const;
  at::Tensor logits(const Head& head, const PackedBatch& batch) const;
  std::vector<Value> decoded(const Head& head, const PackedBatch& batch) const {
    return head.decode(logits(head, batch), batch, groups_of(batch));
  }
  at::Tensor loss(const PackedBatch& batch, const at::Tensor& targets) const;

  /// Of the examples of `batch`, which begin with number `first`.
  at::Tensor targets_of(const Head& head, std::int64_t first, const PackedBatch& batch) const;
  at::Tensor targets_without_labels(const PackedBatch& batch) const;

  /// A transform of all sentences.
  TransformedBatch transformed() const { return transformed(batch(), 0); }
  /// Changes the draws of a transform until some input has a target, and takes these for the labels.
  void draw_targets();

 private:
  Groups groups_of(const PackedBatch& batch) const;
  TransformedBatch transformed(const PackedBatch& batch, std::int64_t first) const;

  const HeadPlugin& plugin_;
  const Options& options_;
  Reads reads_;
  std::unique_ptr<SampleBatch> sample_;
  std::unique_ptr<Head> head_;
  std::vector<Value> labels_;
  std::uint64_t draws_ = 1;  ///< the seed of a transform
};

}  // namespace mtt
