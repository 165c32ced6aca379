// What a training tells about itself while it runs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "eval/named_scores.h"
#include "mtt/value.h"

namespace mtt {

struct StepResult;

/// The training begins, at the start or after a checkpoint was restored; no parameter was changed yet.
struct TrainingBegun {
  std::vector<std::string> tasks;
  std::int64_t step = 0, total_steps = 0;  ///< steps done, and all steps
  bool resumes = false;                    ///< it was asked to resume, whether or not there is a checkpoint
  const Value* checkpoint = nullptr;       ///< the restored state; null: there is none
  std::int64_t threads = 1;
  std::int64_t threads_before = 1;  ///< of the run that saved the checkpoint
};

/// Other parameters are trainable from here on.
struct PhaseEntered {
  std::int64_t step = 0;  ///< steps done
  std::string name;
  std::int64_t tensors = 0, parameters = 0;  ///< that are trainable
  std::int64_t frontier = -1;  ///< leading layers without gradients; -1: not even the embeddings
  std::int64_t layers = 0;
  std::int64_t dropped = 0;             ///< frozen tensors whose optimizer state was dropped
  std::vector<std::string> unbalanced;  ///< of several tasks those without shared trainable parameters
};

/// A cache of frozen layers is being computed; first with the share 0.
struct CacheProgress {
  std::int64_t done = 0, texts = 0;
  double share = 0;
};

/// A cache of frozen layers is complete.
struct CacheBuilt {
  std::string file;                  ///< of the examples
  std::int64_t kept = 0, texts = 0;  ///< texts in the cache, and all texts of the file
  bool pairs = false;                ///< they are joint pairs
  std::int64_t bytes = 0;
  bool found = false;        ///< on disk, from an earlier run
  bool was_damaged = false;  ///< on disk, and so computed again
};

/// An optimizer step was made.
struct StepDone {
  std::int64_t step = 0;  ///< steps done, this one included
  std::int64_t examples = 0;
  const StepResult& result;
  double learning_rate_factor = 0, gradient_norm = 0;  ///< the norm before clipping
};

/// The model was scored on the validation set.
struct EvaluationDone {
  std::int64_t step = 0;
  Scores scores;
  bool best = false;  ///< the best so far
};

/// An epoch ended.
struct EpochDone {
  std::int64_t epoch = 0, epochs = 0;  ///< the first epoch is 1
  std::vector<double> losses;          ///< [K]: means; NaN where a task took part in no step
  std::vector<std::string> idle;       ///< tasks that counted no target in what was drawn, each told once
};

/// Training stops before its last step because the score was not better for too long.
struct StoppedEarly {
  std::int64_t step = 0, total_steps = 0;
  std::string best;  ///< the name of the score
  std::int64_t patience = 0;
};

/// Watches a training. Events come one at a time, in the order in which things happen; those of `caching`
/// come from several threads. An exception ends the training.
class TrainingObserver {
 public:
  TrainingObserver() = default;
  virtual ~TrainingObserver() = default;
  TrainingObserver(const TrainingObserver&) = delete;
  TrainingObserver& operator=(const TrainingObserver&) = delete;

  /// A checkpoint cannot be read, and an older one is tried.
  virtual void checkpoint_damaged(const std::string& /*problem*/) {}
  virtual void begun(const TrainingBegun&) {}
  virtual void phase_entered(const PhaseEntered&) {}
  virtual void caching(const CacheProgress&) {}
  virtual void cache_built(const CacheBuilt&) {}
  virtual void step_done(const StepDone&) {}
  virtual void evaluation_done(const EvaluationDone&) {}
  virtual void epoch_done(const EpochDone&) {}
  /// A checkpoint is about to be saved: an observer adds to its state what it needs to resume.
  virtual void saving(Value& /*state*/) {}
  virtual void checkpoint_saved(std::int64_t /*step*/) {}
  virtual void stopped_early(const StoppedEarly&) {}
  /// No further step is made.
  virtual void steps_ended() {}
  /// The score that decides on the best weights was undefined at every evaluation.
  virtual void best_undefined(const std::string& /*score*/) {}
};

/// Tells several observers, in their order.
class ObserverList final : public TrainingObserver {
 public:
  explicit ObserverList(std::vector<TrainingObserver*> observers) : observers_(std::move(observers)) {}

  void checkpoint_damaged(const std::string& problem) override;
  void begun(const TrainingBegun& event) override;
  void phase_entered(const PhaseEntered& event) override;
  void caching(const CacheProgress& event) override;
  void cache_built(const CacheBuilt& event) override;
  void step_done(const StepDone& event) override;
  void evaluation_done(const EvaluationDone& event) override;
  void epoch_done(const EpochDone& event) override;
  void saving(Value& state) override;
  void checkpoint_saved(std::int64_t step) override;
  void stopped_early(const StoppedEarly& event) override;
  void steps_ended() override;
  void best_undefined(const std::string& score) override;

 private:
  std::vector<TrainingObserver*> observers_;
};

}  // namespace mtt
