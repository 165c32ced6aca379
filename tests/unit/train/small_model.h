// A small encoder with heads, and trainings of it, for tests of training.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "experiment/experiment.h"
#include "model/multi_task_model.h"
#include "mtt/weighting.h"
#include "temporary_folder.h"
#include "train/guarded_weighting.h"
#include "train/trainer.h"
#include "train/training_data.h"
#include "train/training_observer.h"

constexpr std::int64_t kSmallHidden = 16, kSmallInner = 32, kSmallClasses = 3;

using Unit = mtt::Reads::Unit;

/// A post-norm encoder with the names of a BERT: embeddings.{word,norm},
/// layers.N.{attention.{qkv,output,norm}, ffn.{intermediate,output,norm}}.
class SmallBackbone : public mtt::Backbone {
 public:
  SmallBackbone(std::int64_t layers, double dropout);
  const mtt::BackboneShape& shape() const override { return shape_; }
  at::Tensor embed(const mtt::PackedBatch& batch) const override;
  at::Tensor layers(at::Tensor hidden, const mtt::PackedBatch& batch, std::int64_t from,
                    std::int64_t to) const override;
  std::vector<mtt::AdapterPlace> adapter_places() override;
  std::optional<mtt::WeightTarget> weight_target(std::string_view) const override { return std::nullopt; }

 private:
  class Embeddings;
  class Layer;
  mtt::BackboneShape shape_;
  Embeddings* embeddings_;
  std::vector<Layer*> layers_;
};

/// One linear layer and cross-entropy over three classes. A label is an integer; where tokens are read, all
/// tokens of a sentence but the special ones have it.
class SmallHead : public mtt::Head {
 public:
  explicit SmallHead(Unit unit) : unit_(unit) {}
  mtt::Reads reads() const override { return {.unit = unit_}; }
  void learn_labels(const std::vector<mtt::Value>&) override {}
  mtt::Value state() const override { return mtt::Value::Table{}; }
  void restore(const mtt::Value&) override {}
  void build(std::int64_t width) override;
  at::Tensor forward(const mtt::Encoding& encoding) const override;
  at::Tensor prepare(const std::vector<mtt::Value>& labels, const mtt::PackedBatch& batch,
                     const mtt::Groups&) const override;
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override;
  std::vector<mtt::Value> decode(const at::Tensor&, const mtt::PackedBatch&,
                                 const mtt::Groups&) const override {
    return {};
  }
  std::vector<mtt::Metric> score(const std::vector<mtt::Value>&,
                                 const std::vector<mtt::Value>&) const override {
    return {};
  }

 private:
  Unit unit_;
  mtt::nn::Linear* linear_ = nullptr;
};

/// The plain sum of the losses.
class EqualWeighting : public mtt::Weighting {
 public:
  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::nothing; }
  void begin(const std::vector<mtt::WeightedTask>&) override {}
};

/// A weighting as a training has it; `weighting` outlives it.
mtt::GuardedWeighting guarded(mtt::Weighting& weighting);

struct SmallTask {
  std::string name;
  Unit unit = Unit::sentence;
  std::int64_t layer = -1;
};

/// A model whose values depend on the names of its parameters alone. `dense`: a dense layer after the
/// pooling.
std::unique_ptr<mtt::MultiTaskModel> small_model(const std::vector<SmallTask>& tasks, std::int64_t layers = 4,
                                                 double dropout = 0, bool dense = false);
/// Gives parameters values that depend on their names alone.
void fill_by_name(const std::vector<mtt::nn::NamedParameter>& parameters);

/// Random token sequences of 3 to 12 tokens with a label for each task. Where `gaps`, every third label is
/// missing, at another place in each task.
mtt::TrainingSource small_source(const std::string& file, const std::vector<std::size_t>& tasks,
                                 std::int64_t examples, bool gaps = false);

/// All texts of a source as one batch.
mtt::SharedInputs inputs_of(const mtt::MultiTaskModel& model, const mtt::TrainingSource& source);

/// Copies, so that later changes can be seen.
std::map<std::string, at::Tensor> snapshot(const std::vector<mtt::nn::NamedParameter>& parameters);
bool same_bits(const at::Tensor& a, const at::Tensor& b);
double largest_difference(const at::Tensor& a, const at::Tensor& b);

/// An experiment with these tables, of which [train] is one.
mtt::Experiment small_experiment(const TemporaryFolder& folder, const std::string& tables);

/// The events of a training, in the order in which they came.
class RecordedEvents : public mtt::TrainingObserver {
 public:
  RecordedEvents() = default;
  RecordedEvents(RecordedEvents&& other) noexcept
      : order(std::move(other.order)), phases(std::move(other.phases)), caches(std::move(other.caches)) {}

  void begun(const mtt::TrainingBegun&) override { order.emplace_back("begun"); }
  void phase_entered(const mtt::PhaseEntered& event) override {
    order.emplace_back("phase");
    phases.push_back(event);
  }
  void cache_built(const mtt::CacheBuilt& event) override {
    order.emplace_back("cache");
    caches.push_back(event);
  }
  void step_done(const mtt::StepDone&) override { order.emplace_back("step"); }
  void evaluation_done(const mtt::EvaluationDone& event) override {
    order.emplace_back(event.best ? "best" : "evaluation");
  }
  void epoch_done(const mtt::EpochDone& event) override {
    order.emplace_back("epoch");
    for (const std::string& task : event.idle) order.push_back("idle " + task);
  }
  void checkpoint_saved(std::int64_t) override { order.emplace_back("saved"); }
  void stopped_early(const mtt::StoppedEarly&) override { order.emplace_back("stopped early"); }
  void steps_ended() override { order.emplace_back("ended"); }
  void best_undefined(const std::string&) override { order.emplace_back("best undefined"); }

  bool found_cache() const {
    return std::any_of(caches.begin(), caches.end(), [](const mtt::CacheBuilt& c) { return c.found; });
  }

  std::vector<std::string> order;
  std::vector<mtt::PhaseEntered> phases;
  std::vector<mtt::CacheBuilt> caches;
};

/// A training through the real loop, in a folder of its own.
struct SmallTraining {
  std::vector<SmallTask> tasks = {{"a"}, {"b"}};
  std::int64_t layers = 4;
  double dropout = 0;
  bool dense = false;
  std::vector<mtt::TrainingSource> sources = {small_source("s.jsonl", {0, 1}, 24)};
  std::string tables;  ///< beside [train], whose keys are `train`
  std::string train;
  std::vector<mtt::Phase> phases;       ///< instead of those of [freeze], where there are some
  mtt::Weighting* weighting = nullptr;  ///< none: equal
  std::function<void(mtt::MultiTaskModel&)> before = {};  ///< after adapters were added
  std::function<mtt::Scores(mtt::MultiTaskModel&)> evaluate = {};
  const TemporaryFolder* folder = nullptr;  ///< none: one of its own
  std::string model_key = "key";

  struct Result {
    std::unique_ptr<mtt::MultiTaskModel> model;
    std::map<std::string, at::Tensor> first, last;  ///< parameters
    std::vector<mtt::Value> log;                    ///< rows of metrics.jsonl
    std::vector<double> losses(const std::string& task) const;
    RecordedEvents events;
  };
  Result run(bool resume = false) const;
};
