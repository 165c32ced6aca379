// The part of a model that does not learn, run without gradient.
#pragma once

#include <cstdint>
#include <vector>

#include "model/multi_task_model.h"
#include "model/shared_encoding.h"
#include "train/training_data.h"

namespace mtt {

/// What the learning part of a model reads of its frozen prefix.
struct PrefixPlan {
  std::int64_t frontier = -1;              ///< leading frozen layers; -1: not even the embeddings are frozen
  std::vector<std::int64_t> token_layers;  ///< hidden states at these layers, ascending
  std::vector<Reading> sentences;          ///< sentence vectors that nothing above changes

  bool empty() const { return token_layers.empty() && sentences.empty(); }
  /// True where keeping it saves at least one layer.
  bool worth_keeping(std::int64_t depth) const;
  bool operator==(const PrefixPlan&) const = default;
};

/// The plan for the tasks of a source: hidden states at the frontier where something above learns or is read,
/// at lower layers that token heads tap, and pooled vectors where only sentence heads remain.
PrefixPlan plan_prefix(const MultiTaskModel& model, const std::vector<std::size_t>& tasks,
                       std::int64_t frontier);

/// The tensors of a plan for one batch: [T, H] for each token layer, [B, D] for each reading.
struct PrefixValues {
  std::vector<at::Tensor> tokens, sentences;

  /// Tensors of the right shapes whose values are still to be written.
  static PrefixValues empty(const MultiTaskModel& model, const PrefixPlan& plan, const PackedBatch& batch);

  void give_to(SharedEncoding& shared, const PrefixPlan& plan) const;
};

/// Runs the frozen prefix without gradient and without dropout, from the known values of another plan where
/// there are some.
PrefixValues run_prefix(const MultiTaskModel& model, const PrefixPlan& plan, const PackedBatch& batch,
                        const PrefixPlan& known_plan = {}, const PrefixValues& known = {});

/// The batch of some texts of a source, in the given order.
PackedBatch batch_of(const MultiTaskModel& model, const TrainingSource& source,
                     const std::vector<std::int64_t>& rows);

/// Runs the prefix for the sentences `places` of a batch whose sentences are the texts `rows` of a source,
/// with the ids of the batch, and writes their values. The sentences are shared among as many workers as
/// LibTorch has threads.
void run_prefix_into(PrefixValues& values, const MultiTaskModel& model, const PrefixPlan& plan,
                     const TrainingSource& source, const PackedBatch& batch,
                     const std::vector<std::int64_t>& rows, const std::vector<std::int64_t>& places);

}  // namespace mtt
