// What frozen layers give, computed once per text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "model/multi_task_model.h"
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

  void give_to(SharedEncoding& shared, const PrefixPlan& plan) const;
};

/// Runs the frozen prefix without gradient and without dropout.
PrefixValues run_prefix(const MultiTaskModel& model, const PrefixPlan& plan, const TokenBatch& batch,
                        const PrefixPlan& known_plan = {}, const PrefixValues& known = {});

/// Where a cache is kept.
struct CacheStorage {
  std::filesystem::path directory;  ///< empty: in memory
  std::int64_t bytes = 0;           ///< at most; texts beyond are not kept
  std::string model_key;            ///< names the weights of the prefix, the plugin and the truncation
};

/// The prefix values of all texts of a source, row by row: for each kept text its token layers one after the
/// other, then its sentence vectors. On disk the file's name is a digest of all that its contents depend on,
/// and it takes its place only when it is complete.
class ActivationCache {
 public:
  ActivationCache(const MultiTaskModel& model, const TrainingSource& source, PrefixPlan plan,
                  const CacheStorage& storage);
  ~ActivationCache();

  /// Computes all kept texts, in an order that depends on the texts alone; where an older cache of the same
  /// source holds the hidden states below, from those. A disk cache that was there already is left as it is.
  void fill(std::int64_t threads, std::int64_t tokens_per_forward, const ActivationCache* older,
            const std::function<void(double share)>& progress);

  /// The values of a batch; texts that are not kept are computed.
  PrefixValues values(const TokenBatch& batch, const std::vector<std::int64_t>& rows) const;

  const PrefixPlan& plan() const { return plan_; }
  std::int64_t kept() const { return kept_; }  ///< texts
  std::int64_t bytes() const { return offsets_[kept_] * static_cast<std::int64_t>(sizeof(float)); }
  bool found() const { return complete_at_start_; }  ///< on disk, from an earlier run

 private:
  class Memory;

  void read(const TokenBatch& batch, const std::vector<std::int64_t>& rows, PrefixValues& into) const;
  void write(const TokenBatch& batch, const std::vector<std::int64_t>& rows, const PrefixValues& values);
  PrefixValues empty_values(std::int64_t tokens, std::int64_t sentences) const;
  float* row(std::int64_t index) const;

  const MultiTaskModel& model_;
  const TrainingSource& source_;
  PrefixPlan plan_;
  std::vector<std::int64_t> widths_;   ///< of the sentence readings
  std::vector<std::int64_t> offsets_;  ///< of each kept text, in floats
  std::int64_t kept_ = 0;
  std::unique_ptr<Memory> memory_;
  bool complete_at_start_ = false;
};

}  // namespace mtt
