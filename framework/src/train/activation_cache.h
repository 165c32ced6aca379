// What frozen layers give, computed once per text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "train/float_store.h"
#include "train/frozen_prefix.h"

namespace mtt {

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

  /// Computes all kept texts, in an order that depends on the texts alone; where an older cache of the same
  /// source holds the hidden states below, from those. A disk cache that was there already is left as it is.
  void fill(std::int64_t threads, std::int64_t tokens_per_forward, const ActivationCache* older,
            const std::function<void(double share)>& progress);

  /// The values of a batch; texts that are not kept are computed.
  PrefixValues values(const PackedBatch& batch, const std::vector<std::int64_t>& rows) const;

  const PrefixPlan& plan() const { return plan_; }
  std::int64_t kept() const { return kept_; }  ///< texts
  std::int64_t bytes() const { return offsets_[kept_] * static_cast<std::int64_t>(sizeof(float)); }
  bool found() const { return complete_at_start_; }  ///< on disk, from an earlier run
  bool was_damaged() const { return store_->was_damaged(); }

 private:
  void read(const PackedBatch& batch, const std::vector<std::int64_t>& rows, PrefixValues& into) const;
  void write(const PackedBatch& batch, const std::vector<std::int64_t>& rows, const PrefixValues& values);
  float* row(std::int64_t index) const { return store_->data() + offsets_[index]; }

  const MultiTaskModel& model_;
  const TrainingSource& source_;
  PrefixPlan plan_;
  std::vector<std::int64_t> widths_;   ///< of the sentence readings
  std::vector<std::int64_t> offsets_;  ///< of each kept text, in floats
  std::int64_t kept_ = 0;
  std::unique_ptr<FloatStore> store_;
  bool complete_at_start_ = false;
};

}  // namespace mtt
