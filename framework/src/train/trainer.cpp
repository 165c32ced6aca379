#include "train/trainer.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>

#include "freeze/freeze_schedule.h"
#include "freeze/frontier.h"
#include "io/file.h"
#include "mtt/error.h"
#include "mtt/random_stream.h"
#include "mtt/weighting/per_task.h"
#include "train/checkpoint.h"
#include "train/early_stopping.h"
#include "train/epoch_means.h"
#include "train/interrupt.h"
#include "train/parameter_groups.h"
#include "train/prefix_caches.h"
#include "train/schedule.h"
#include "train/training_step.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr const char* kFreezing = "auto_freeze";
constexpr const char* kBest = "best.safetensors";
constexpr const char* kFirst = ".first_moment";
constexpr const char* kSecond = ".second_moment";

class Trainer {
 public:
  explicit Trainer(TrainingJob job);

  void begin() {
    announce(/*resumes=*/false);
    enter_phase();
  }
  void resume();
  TrainingOutcome run();

 private:
  void announce(bool resumes, const Value* checkpoint = nullptr);
  void enter_phase();
  std::vector<std::string> unbalanced() const;
  std::vector<std::string> idle_heads();
  void one_step();
  void step_weighting(const StepData& data, const StepResult& result);
  void end_epoch();
  void evaluate();
  void save();
  double finite(double gradient_norm) const;
  std::vector<nn::NamedParameter> saved_parameters() const;
  std::int64_t epoch() const { return step_ / sampler_.steps_per_epoch(); }
  std::int64_t total_steps() const { return settings().epochs * sampler_.steps_per_epoch(); }
  fs::path folder() const { return checkpoint_folder(job_.directory); }
  fs::path best_file() const { return folder() / kBest; }
  Value state();
  const TrainSettings& settings() const { return job_.settings; }

  TrainingJob job_;
  ObserverList observer_;
  Sampler& sampler_;
  Schedule schedule_;
  AdamW optimizer_, weighting_optimizer_;
  TrainingStep runner_;
  EarlyStopping stopping_;
  std::vector<nn::NamedParameter> backbone_;
  std::unique_ptr<FreezeSchedule> freezing_;
  std::optional<Phase> phase_;  ///< none: not entered yet
  EpochMeans means_;
  std::vector<bool> drawn_;  ///< [K]: whether a file of the task gave examples in this epoch
  std::vector<bool> told_;   ///< [K]: whether it was told that its head counted no target
  PrefixCaches caches_;
  std::int64_t step_ = 0, saved_step_ = -1;
};

std::vector<AdamW::Slot> weighting_slots(const Weighting& weighting) {
  std::vector<AdamW::Slot> slots;
  for (auto& [name, tensor] : weighting.parameters()) {
    tensor.set_requires_grad(true);
    slots.push_back({"weighting." + name, tensor, weighting.learning_rate(), 0});
  }
  return slots;
}

Trainer::Trainer(TrainingJob job)
    : job_(std::move(job)),
      observer_(job_.observers),
      sampler_(job_.sampler),
      schedule_(settings().optimizer.schedule, settings().optimizer.warm_up, total_steps()),
      optimizer_(settings().optimizer.adamw,
                 parameter_groups(job_.model.parameters(), settings().optimizer,
                                  own_layers(job_.model.backbone().parameters()), job_.feature_rms)),
      weighting_optimizer_({}, weighting_slots(job_.weighting)),
      runner_(job_.model, job_.sources, job_.weighting, job_.normalize_weights, job_.seed),
      stopping_(settings().selection.best, settings().selection.patience),
      backbone_(job_.model.backbone().parameters()),
      freezing_(
          freeze_schedule(job_.policy, own_layers(backbone_), {sampler_.steps_per_epoch(), total_steps()})),
      means_(job_.model.tasks().size()),
      drawn_(job_.model.tasks().size()),
      told_(job_.model.tasks().size()),
      caches_(job_.model, job_.sources, job_.cache, job_.directory, job_.model_key, job_.threads,
              settings().tokens_per_forward) {
  if (settings().dropout) job_.model.backbone().set_dropout(*settings().dropout);
}

std::vector<nn::NamedParameter> Trainer::saved_parameters() const {
  std::vector<nn::NamedParameter> saved;
  for (auto& parameter : job_.model.parameters())
    if (job_.policy.ever_trains(parameter.name)) saved.push_back(parameter);
  return saved;
}

void Trainer::enter_phase() {
  phase_ = freezing_->phase(step_);
  std::int64_t tensors = 0, count = 0;
  for (auto& [name, tensor] : job_.model.parameters()) {
    const bool learns = phase_->trains(name);
    if (!learns) tensor.mutable_grad().reset();
    tensor.set_requires_grad(learns);
    if (!learns) continue;
    ++tensors;
    count += tensor.numel();
  }
  if (tensors == 0) throw Error("[freeze] no parameter is trainable; choose another policy");
  const std::int64_t dropped = optimizer_.forget_frozen();
  runner_.parameters_changed();
  job_.model.train(false);
  const std::int64_t begun = phase_->first_epoch * sampler_.steps_per_epoch();
  caches_.follow((total_steps() - begun) * settings().batch_size, observer_);
  runner_.set_prefix(caches_.plans(), caches_.views());
  const std::int64_t depth = job_.model.backbone().shape().layers;
  observer_.phase_entered({.step = step_,
                           .name = phase_->name,
                           .tensors = tensors,
                           .parameters = count,
                           .frontier = frontier(backbone_, depth),
                           .layers = depth,
                           .dropped = dropped,
                           .unbalanced = unbalanced()});
}

std::vector<std::string> Trainer::unbalanced() const {
  std::vector<std::string> names;
  const auto& tasks = job_.model.tasks();
  if (tasks.size() < 2) return names;
  for (std::size_t t = 0; t < tasks.size(); ++t)
    if (!runner_.balanced()[t]) names.push_back(tasks[t].name);
  return names;
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
  if (freezing_->phase(step_) != phase_) enter_phase();
  std::vector<std::pair<std::size_t, std::vector<std::int64_t>>> chosen;
  for (SourceBatch& batch : sampler_.next()) chosen.emplace_back(batch.source, std::move(batch.examples));
  for (const auto& [source, examples] : chosen)
    for (const std::size_t t : job_.sources[source].tasks) drawn_[t] = true;
  const StepData data = make_step(job_.sources, job_.model, chosen, settings().tokens_per_forward);
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
  const bool phase_ends = freezing_->observe(step_ + 1, backbone_);
  for (AdamW::Slot& slot : optimizer_.slots()) slot.parameter.mutable_grad().reset();
  step_weighting(data, result);
  means_.add(result.losses);
  ++step_;
  observer_.step_done({.step = step_,
                       .examples = data.examples,
                       .result = result,
                       .learning_rate_factor = factor,
                       .gradient_norm = norm});
  if (phase_ends) enter_phase();
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
  call_plugin(weighting_call("after_step"), [&] {
    job_.weighting.after_step(result.seen, [&] { return runner_.losses(data, result.seen); });
  });
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
  const Scores scores = job_.evaluate();
  at::set_num_threads(static_cast<int>(job_.threads));
  const bool best = stopping_.update(step_, deciding_score(settings().selection.best, scores));
  if (best) save_tensors(best_file(), saved_parameters());
  observer_.evaluation_done({.step = step_, .scores = scores, .best = best});
}

void Trainer::end_epoch() {
  const std::vector<double> means = means_.means();
  std::vector<double> seen = means;
  for (std::size_t t = 0; t < seen.size(); ++t)
    if (!runner_.balanced()[t]) seen[t] = std::numeric_limits<double>::quiet_NaN();
  call_plugin(weighting_call("after_epoch"), [&] { job_.weighting.after_epoch(epoch() - 1, seen); });
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

Value Trainer::state() {
  Value steps{Value::Table{}};
  for (const AdamW* optimizer : {&optimizer_, &weighting_optimizer_})
    for (const AdamW::Slot& slot : optimizer->slots())
      if (slot.first_moment.defined()) steps.set(slot.name, slot.steps);
  Value state(Value::Table{
      {"step", step_},
      {"threads", job_.threads},
      {"data", job_.data_key},
      {"held_out", job_.held_out_key},
      {"model", job_.model_key},
      {"sampler", sampler_.state()},
      {"weighting", call_plugin(weighting_call("state"), [&] { return job_.weighting.state(); })},
      {"optimizer_steps", std::move(steps)},
      {"loss_sums", per_task::to_value(means_.sums)},
      {"loss_steps", per_task::to_value(means_.steps)},
      {"early_stopping", stopping_.state()}});
  observer_.saving(state);
  state.set("probes", job_.probes);
  if (const Value freezing = freezing_->state(); !freezing.is(Value::Kind::null))
    state.set(kFreezing, freezing);
  return state;
}

void Trainer::save() {
  if (saved_step_ == step_) return;
  Checkpoint checkpoint{.step = step_, .state = state(), .tensors = {}};
  checkpoint.tensors["model"] = saved_parameters();
  for (auto& [name, tensor] : job_.weighting.parameters())
    checkpoint.tensors["weighting"].push_back({name, tensor});
  auto& moments = checkpoint.tensors["optimizer"];
  for (const AdamW* optimizer : {&optimizer_, &weighting_optimizer_}) {
    for (const AdamW::Slot& slot : optimizer->slots()) {
      if (!slot.first_moment.defined()) continue;
      moments.push_back({slot.name + kFirst, slot.first_moment});
      moments.push_back({slot.name + kSecond, slot.second_moment});
    }
  }
  if (checkpoint.state.find(kFreezing)) checkpoint.tensors[kFreezing] = freezing_->tensors();
  save_checkpoint(folder(), checkpoint);
  saved_step_ = step_;
  observer_.checkpoint_saved(step_);
}

void Trainer::resume() {
  std::vector<std::string> warnings;
  Checkpoint checkpoint = load_checkpoint(folder(), warnings);
  for (const std::string& warning : warnings) observer_.checkpoint_damaged(warning);
  if (checkpoint.step < 0) {
    announce(/*resumes=*/true);
    enter_phase();
    return;
  }
  const Value& state = checkpoint.state;
  const std::string source = folder().string();
  for (const auto& [key, now, what] : {std::tuple{"data", &job_.data_key, "training examples are"},
                                       std::tuple{"held_out", &job_.held_out_key, "held-out examples are"}})
    if (state.at(key).string() != *now)
      throw Error(source + ": the " + what +
                  " not those of the checkpoint; start a new run in another output directory");
  if (state.at("model").string() != job_.model_key)
    throw Error(source +
                ": the encoder is not that of the checkpoint; start a new run in another output directory");
  step_ = saved_step_ = state.at("step").integer();
  copy_into(checkpoint.tensors["model"], job_.model.parameters(), source);
  copy_into(checkpoint.tensors["weighting"], job_.weighting.parameters(), source);
  sampler_.restore(state.at("sampler"));
  call_plugin(weighting_call("restore"), [&] { job_.weighting.restore(state.at("weighting")); });
  means_.sums = per_task::from_value(state.at("loss_sums"), means_.sums.size());
  means_.steps = per_task::from_value(state.at("loss_steps"), means_.steps.size());
  stopping_.restore(state.at("early_stopping"));
  if (!freezing_->state().is(Value::Kind::null))
    freezing_->restore(state.at(kFreezing), checkpoint.tensors[kFreezing]);

  const auto moment = [&](const std::string& name) {
    for (const auto& [saved, tensor] : checkpoint.tensors["optimizer"])
      if (saved == name) return tensor;
    throw Error(source + ": there is no tensor '" + name + "' in the checkpoint");
  };
  for (AdamW* optimizer : {&optimizer_, &weighting_optimizer_}) {
    for (AdamW::Slot& slot : optimizer->slots()) {
      const Value* steps = state.at("optimizer_steps").find(slot.name);
      if (!steps) continue;
      slot.steps = steps->integer();
      slot.first_moment = moment(slot.name + kFirst);
      slot.second_moment = moment(slot.name + kSecond);
    }
  }
  announce(/*resumes=*/true, &state);
  if (step_ < total_steps()) enter_phase();
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
  for (const auto& [name, tensor] : saved_parameters())
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
