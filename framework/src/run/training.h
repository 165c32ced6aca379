// From an experiment's [train] to a training.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/examples.h"
#include "experiment/experiment.h"
#include "freeze/freeze_policy.h"
#include "model/encoder.h"
#include "model/session.h"
#include "plugin/plugin_catalog.h"
#include "report/messages.h"
#include "run/scores.h"
#include "run/task_building.h"
#include "train/cache_settings.h"
#include "train/sampler.h"
#include "train/train_settings.h"
#include "train/trainer.h"

namespace mtt {

/// Where a task's examples are; kept because plans give their tasks away to the model.
struct TaskFiles {
  std::string field, train, dev;
};

/// What training needs beside the model, read and checked before anything is written.
struct TrainingPlan {
  TrainSettings settings;
  CacheSettings cache;
  std::uint64_t seed = 1;
  bool normalize_weights = true;  ///< [weighting] normalize
  FreezePolicy policy;            ///< settled heads are frozen in all phases
  std::unique_ptr<GuardedWeighting> weighting;
  Value weighting_options;  ///< of the plugin, resolved
  std::vector<TaskFiles> files;
  std::vector<bool> settled;  ///< [K]: no steps are needed (optimum, frozen layers) or wanted (no epochs)
  std::vector<std::string> warnings;  ///< tasks of which the encoder learns nothing
  std::optional<Sampler> sampler;     ///< none if every head is settled: nothing is trained

  bool trains_nothing() const { return !sampler; }
};

/// Reads [train], [cache], [freeze], [weighting] and [sampler] and adds the policy's adapters to the
/// backbone. What cannot go together throws Error with its place.
TrainingPlan plan_training(const Experiment& experiment, const std::vector<TaskPlan>& tasks,
                           ExampleFiles& files, Encoder& encoder, PluginCatalog& plugins);

/// The tokenized training files, each with the tasks that learn from it, once for each kind of inputs that
/// they read; the model has its tasks.
std::vector<TrainingSource> make_sources(const TrainingPlan& plan, ExampleFiles& files,
                                         const Encoder& encoder, std::int64_t threads);

/// The tasks' dev files, which choose the best weights.
std::vector<HeldOut> dev_files(const TrainingPlan& plan);

/// Throws Error where a selector of [freeze] matches no parameter of the model, which has its tasks.
void check_selectors(const Options& freeze, const MultiTaskModel& model);

/// Throws Error where no parameter is trainable in some epoch of a training with steps. The model has its
/// tasks.
void check_trainable(const Experiment& experiment, const TrainingPlan& plan, const MultiTaskModel& model);

/// Trains the model of `encoder`, which has its tasks, and scores it on held-out examples in `session`; a
/// signal leaves the tasks marked as they were. Settled heads are left as they are. `probes` is kept in the
/// checkpoints.
TrainingOutcome run_training(const Experiment& experiment, TrainingPlan& plan, ExampleFiles& files,
                             Encoder& encoder, Session& session, HeadScales feature_rms, Value probes,
                             const std::filesystem::path& directory, std::int64_t threads, bool resume,
                             Messages& messages);

}  // namespace mtt
