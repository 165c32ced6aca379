#include "train/trainer.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>

#include "freeze/frontier.h"
#include "io/file.h"
#include "model/tensor_file.h"
#include "mtt/error.h"
#include "mtt/random_stream.h"
#include "train/checkpoint.h"
#include "train/early_stopping.h"
#include "train/epoch_means.h"
#include "train/interrupt.h"
#include "train/parameter_groups.h"
#include "train/schedule.h"
#include "train/training_phases.h"
#include "train/training_state.h"
#include "train/training_step.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr const char* kBest = "best.safetensors";

class Trainer {
 public:
  explicit Trainer(TrainingJob job);

  void begin() {
    announce(/*resumes=*/false);
    phases_.follow(0);
  }
  void resume();
  TrainingOutcome run();

 private:
  void announce(bool resumes, const Value* checkpoint = nullptr);
  std::vector<std::string> idle_heads();
  void one_step();
  void step_weighting(const StepData& data, const StepResult& result);
  void end_epoch();
  void evaluate();
  void save();
  double finite(double gradient_norm) const;
  std::int64_t epoch() const { return step_ / sampler_.steps_per_epoch(); }
  std::int64_t total_steps() const { return sampler_.steps(); }
  fs::path folder() const { return checkpoint_folder(job_.directory); }
  fs::path best_file() const { return folder() / kBest; }
  const TrainSettings& settings() const { return job_.settings; }

  TrainingJob job_;
  const SourcesOfFiles files_;
  ObserverList observer_;
  Sampler& sampler_;
  Schedule schedule_;
  AdamW optimizer_, weighting_optimizer_;
  TrainingStep runner_;
  EarlyStopping stopping_;
  TrainingPhases phases_;
  EpochMeans means_;
  std::vector<bool> drawn_;  ///< [K]: whether a file of the task gave examples in this epoch
  std::vector<bool> told_;   ///< [K]: whether it was told that its head counted no target
  TrainingState state_;
  std::int64_t step_ = 0, saved_step_ = -1;
};

std::vector<AdamW::Slot> weighting_slots(const GuardedWeighting& weighting) {
  std::vector<AdamW::Slot> slots;
  for (auto& [name, tensor] : weighting.module().parameters()) {
    tensor.set_requires_grad(true);
    slots.push_back({"weighting." + name, tensor, weighting.learning_rate(), 0});
  }
  return slots;
}

Trainer::Trainer(TrainingJob job)
    : job_(std::move(job)),
      files_(sources_of_files(job_.sources)),
      observer_(job_.observers),
      sampler_(job_.sampler),
      schedule_(settings().optimizer.schedule, settings().optimizer.warm_up, total_steps()),
      optimizer_(settings().optimizer.adamw,
                 parameter_groups(job_.model.parameters(), settings().optimizer,
                                  own_layers(job_.model.backbone().parameters()), job_.feature_rms)),
      weighting_optimizer_({}, weighting_slots(job_.weighting)),
      runner_(job_.model, job_.sources, job_.weighting, job_.normalize_weights, job_.seed),
      stopping_(settings().selection.patience),
      phases_(job_, optimizer_, runner_, observer_),
      means_(job_.model.tasks().size()),
      drawn_(job_.model.tasks().size()),
      told_(job_.model.tasks().size()),
      state_{job_, optimizer_, weighting_optimizer_, means_, stopping_, phases_.schedule()} {
  job_.model.backbone().module().train_in(settings().matmul_precision);
  if (settings().dropout) job_.model.backbone().module().set_dropout(*settings().dropout);
}

void Trainer::announce(bool resumes, const Value* checkpoint) {
  TrainingBegun begun{.tasks = {},
                      .step = step_,
                      .total_steps = total_steps(),
                      .resumes = resumes,
                      .checkpoint = checkpoint,
                      .threads = job_.threads,
                      .threads_before = checkpoint ? checkpoint->at("threads").integer() : job_.threads};
  for (const Task& task : job_.model.tasks()) begun.tasks.push_back(task.name);
  observer_.begun(begun);
}

void Trainer::one_step() {
  phases_.follow(step_);
  const StepData data = make_step(job_.sources, files_, job_.model, sampler_.next(),
                                  settings().tokens_per_forward, {job_.seed, step_});
  for (const StepForward& forward : data.forwards)
    for (const std::size_t t : job_.sources[forward.source].tasks) drawn_[t] = true;
  WeightingStep seen{.step = step_,
                     .epoch = epoch(),
                     .seed = RandomStream(job_.seed, "weighting", static_cast<std::uint64_t>(step_)).next(),
                     .present = {},
                     .losses = {},
                     .gradient_norms = {}};
  const std::int64_t every = settings().statistics_every;
  const StepResult result = runner_.run(data, std::move(seen), every > 0 && step_ % every == 0);
  const double norm = finite(clip_gradients(optimizer_.slots(), settings().optimizer.clip_norm));
  const double factor = schedule_.factor(step_);
  optimizer_.step(factor);
  const bool phase_ends = phases_.observe(step_ + 1);
  for (AdamW::Slot& slot : optimizer_.slots()) slot.parameter.mutable_grad().reset();
  step_weighting(data, result);
  means_.add(result.losses);
  ++step_;
  observer_.step_done({.step = step_,
                       .examples = data.examples,
                       .result = result,
                       .learning_rate_factor = factor,
                       .gradient_norm = norm});
  if (phase_ends) phases_.follow(step_);
}

double Trainer::finite(double gradient_norm) const {
  if (!std::isfinite(gradient_norm))
    throw Error("at step " + std::to_string(step_ + 1) +
                " the norm of the gradients is not finite; lower train.learning_rate and start a new run in "
                "another output directory");
  return gradient_norm;
}

void Trainer::step_weighting(const StepData& data, const StepResult& result) {
  if (result.seen.present.empty()) return;
  job_.weighting.after_step(result.seen, [&] { return runner_.losses(data, result.seen); });
  const at::NoGradGuard no_grad;
  for (AdamW::Slot& slot : weighting_optimizer_.slots())
    if (slot.parameter.grad().defined() && job_.weighting.weight_decay() > 0)
      slot.parameter.mutable_grad().add_(slot.parameter, job_.weighting.weight_decay());
  weighting_optimizer_.step(1);
  for (AdamW::Slot& slot : weighting_optimizer_.slots()) slot.parameter.mutable_grad().reset();
}

void Trainer::evaluate() {
  if (!job_.evaluate) return;
  job_.model.train(false);
  const Evaluation evaluation = job_.evaluate();
  at::set_num_threads(static_cast<int>(job_.threads));
  const bool best = stopping_.update(step_, deciding_score(settings().selection.best, evaluation));
  if (best) save_tensors(best_file(), saved_parameters(job_));
  observer_.evaluation_done({.step = step_, .scores = evaluation.scores, .best = best});
}

void Trainer::end_epoch() {
  const std::vector<double> means = means_.means();
  std::vector<double> seen = means;
  for (std::size_t t = 0; t < seen.size(); ++t)
    if (!runner_.balanced()[t]) seen[t] = std::numeric_limits<double>::quiet_NaN();
  job_.weighting.after_epoch(epoch() - 1, seen);
  observer_.epoch_done(
      {.epoch = epoch(), .epochs = settings().epochs, .losses = means, .idle = idle_heads()});
  means_ = EpochMeans(means.size());
}

std::vector<std::string> Trainer::idle_heads() {
  std::vector<std::string> names;
  for (std::size_t t = 0; t < drawn_.size(); ++t) {
    if (drawn_[t] && means_.steps[t] == 0 && !told_[t]) {
      told_[t] = true;
      names.push_back(job_.model.tasks()[t].name);
    }
    drawn_[t] = false;
  }
  return names;
}

void Trainer::save() {
  if (saved_step_ == step_) return;
  save_checkpoint(folder(), state_.save(step_, observer_));
  saved_step_ = step_;
  observer_.checkpoint_saved(step_);
}

void Trainer::resume() {
  std::vector<std::string> warnings;
  Checkpoint checkpoint = load_checkpoint(folder(), warnings);
  for (const std::string& warning : warnings) observer_.checkpoint_damaged(warning);
  if (checkpoint.step < 0) {
    announce(/*resumes=*/true);
    phases_.follow(0);
    return;
  }
  state_.restore(checkpoint, folder().string());
  step_ = saved_step_ = checkpoint.state.at("step").integer();
  announce(/*resumes=*/true, &checkpoint.state);
  if (step_ < total_steps()) phases_.follow(step_);
}

TrainingOutcome Trainer::run() {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const InterruptGuard interrupt;
  const std::int64_t total = total_steps();
  const auto every = [&](std::int64_t steps) {
    return step_ % (steps > 0 ? steps : sampler_.steps_per_epoch()) == 0 || step_ == total;
  };
  at::set_num_threads(static_cast<int>(job_.threads));
  bool stop = stopping_.should_stop();
  while (step_ < total && !stop && interrupt.signal() == 0) {
    one_step();
    if (every(settings().selection.evaluate_every)) {
      evaluate();
      stop = stopping_.should_stop();
    }
    if (step_ % sampler_.steps_per_epoch() == 0) end_epoch();
    if (every(settings().save_every) || stop) save();
  }
  if (stop && step_ < total)
    observer_.stopped_early({.step = step_,
                             .total_steps = total,
                             .best = settings().selection.best,
                             .patience = settings().selection.patience});
  observer_.steps_ended();
  TrainingOutcome outcome{.steps = step_,
                          .total_steps = total,
                          .signal = interrupt.signal(),
                          .best = {},
                          .seconds = std::chrono::duration<double>(Clock::now() - start).count()};
  if (step_ < total && !stop) {
    save();
    return outcome;
  }
  outcome.signal = 0;
  for (const auto& [name, tensor] : saved_parameters(job_))
    if (!std::isfinite(tensor.detach().sum(at::kDouble).item<double>()))
      throw Error("after the last step '" + name +
                  "' is not finite; start a new run with a lower train.learning_rate and another --out");
  save();
  if (stopping_.best()) {
    outcome.best = BestScore{settings().selection.best, *stopping_.best(), stopping_.best_step()};
    copy_file_into(best_file(), job_.model.parameters());
  } else if (job_.evaluate) {
    observer_.best_undefined(settings().selection.best);
  }
  job_.model.train(false);
  for (auto& [name, tensor] : job_.model.parameters()) tensor.set_requires_grad(false);
  return outcome;
}

}  // namespace

fs::path checkpoint_folder(const fs::path& run_directory) { return run_directory / "checkpoints"; }

void remove_training_state(const fs::path& run_directory) {
  const fs::path folder = checkpoint_folder(run_directory);
  remove_temporary_files(run_directory);
  remove_checkpoints(folder);
  std::error_code error;
  fs::remove(folder / kBest, error);
  fs::remove(folder, error);
}

TrainingOutcome train(TrainingJob job, bool resume) {
  Trainer trainer(std::move(job));
  if (resume)
    trainer.resume();
  else
    trainer.begin();
  return trainer.run();
}

}  // namespace mtt
