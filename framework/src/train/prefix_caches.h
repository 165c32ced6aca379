// The caches of all sources of a training, following the frontier.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "model/multi_task_model.h"
#include "train/activation_cache.h"
#include "train/cache_settings.h"
#include "train/training_data.h"
#include "train/training_observer.h"

namespace mtt {

/// One plan, and where it pays one cache, for each source. A source whose inputs a head changes has no cache.
/// All caches together keep to the limit of [cache].
class PrefixCaches {
 public:
  /// `directory` is the run's, for a disk cache without a folder of its own.
  PrefixCaches(const MultiTaskModel& model, const std::vector<TrainingSource>& sources,
               CacheSettings settings, std::filesystem::path directory, std::string model_key,
               std::int64_t threads, std::int64_t tokens_per_forward);

  /// Plans anew after parameters began or ceased to learn, and fills caches for sources with fewer examples
  /// than `visits`, from older ones where these reach.
  void follow(std::int64_t visits, TrainingObserver& observer);

  const std::vector<PrefixPlan>& plans() const { return plans_; }
  std::vector<const ActivationCache*> views() const;  ///< null: the source has no cache

 private:
  CacheStorage storage(std::int64_t frontier) const;

  const MultiTaskModel& model_;
  const std::vector<TrainingSource>& sources_;
  CacheSettings settings_;
  std::filesystem::path directory_;
  std::string model_key_;
  std::int64_t threads_, tokens_per_forward_;
  std::vector<PrefixPlan> plans_;
  std::vector<std::unique_ptr<ActivationCache>> caches_;
};

}  // namespace mtt
