#include "train/trainer.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

#include "freeze/auto_freeze.h"
#include "freeze/frontier.h"
#include "io/digest.h"
#include "mtt/error.h"
#include "mtt/random_stream.h"
#include "mtt/weighting/per_task.h"
#include "report/progress.h"
#include "report/terminal_text.h"
#include "train/activation_cache.h"
#include "train/checkpoint.h"
#include "train/early_stopping.h"
#include "train/event_file.h"
#include "train/interrupt.h"
#include "train/metric_log.h"
#include "train/parameter_groups.h"
#include "train/sampler.h"
#include "train/schedule.h"
#include "train/training_step.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::int64_t kBytesPerMb = std::int64_t{1} << 20;
constexpr std::string_view kBackbone = "backbone.";
constexpr const char* kBest = "best.safetensors";
constexpr const char* kFirst = ".first_moment";
constexpr const char* kSecond = ".second_moment";

std::string millions(std::int64_t count) { return formatted("%.3f", static_cast<double>(count) / 1e6); }

/// The running means of the tasks' losses over an epoch.
struct EpochMeans {
  std::vector<double> sums;
  std::vector<double> steps;

  explicit EpochMeans(std::size_t tasks) : sums(tasks, 0.0), steps(tasks, 0.0) {}
  void add(const std::vector<double>& losses) {
    for (std::size_t t = 0; t < losses.size(); ++t) {
      if (!std::isfinite(losses[t])) continue;
      sums[t] += losses[t];
      steps[t] += 1;
    }
  }
  std::vector<double> means() const {
    std::vector<double> result(sums.size(), kNaN);
    for (std::size_t t = 0; t < sums.size(); ++t)
      if (steps[t] > 0) result[t] = sums[t] / steps[t];
    return result;
  }
};

class Trainer {
 public:
  Trainer(TrainingJob job, Console& console);

  void begin() {
    log_ = std::make_unique<MetricLog>(log_file());
    enter_phase();
  }
  void resume();
  TrainingOutcome run();

 private:
  void say(const std::string& text) {
    if (progress_) progress_->clear();
    console_.say(text);
  }
  void enter_phase();
  void rebuild_prefix();
  void one_step();
  void step_weighting(const StepData& data, const StepResult& result);
  void decide_freezing();
  double deciding_score(const Scores& scores) const;
  void end_epoch();
  void evaluate();
  void save();
  void log_step(const StepResult& result, double factor, double norm);
  double finite(double gradient_norm) const;
  bool trains(const std::string& name) const;
  std::vector<nn::NamedParameter> backbone() const { return job_.model.backbone().parameters(); }
  std::vector<nn::NamedParameter> saved_parameters() const;
  std::int64_t epoch() const { return step_ / sampler_.steps_per_epoch(); }
  std::int64_t total_steps() const { return epochs_ * sampler_.steps_per_epoch(); }
  fs::path log_file() const { return job_.directory / "metrics.jsonl"; }
  fs::path folder() const { return checkpoint_folder(job_.directory); }
  fs::path best_file() const { return folder() / kBest; }
  Value state();
  const Options& options() const { return job_.experiment.train; }

  TrainingJob job_;
  Console& console_;
  std::string data_key_;
  std::uint64_t seed_;
  std::int64_t epochs_;
  Sampler sampler_;
  Schedule schedule_;
  AdamW optimizer_, weighting_optimizer_;
  TrainingStep runner_;
  EarlyStopping stopping_;
  std::unique_ptr<MetricLog> log_;
  std::unique_ptr<EventFile> events_;
  std::optional<AutoFreeze> auto_freeze_;
  EpochMeans means_;
  std::vector<std::unique_ptr<ActivationCache>> caches_;
  std::vector<PrefixPlan> plans_;
  std::vector<double> last_losses_;
  std::string last_scores_;
  std::int64_t step_ = 0, saved_step_ = -1, phase_ = -1;
  std::int64_t examples_done_ = 0;
  bool told_equal_ = false;
  std::optional<Progress> progress_;
};

std::vector<SourceSize> sizes(const std::vector<TrainingSource>& sources) {
  std::vector<SourceSize> result;
  for (const TrainingSource& source : sources) {
    std::string name = fs::path(source.file).filename().string();
    const auto same = std::count_if(result.begin(), result.end(),
                                    [&](const SourceSize& other) { return other.name.starts_with(name); });
    if (same > 0) name += "#" + std::to_string(same + 1);
    result.push_back({std::move(name), source.examples()});
  }
  return result;
}

std::vector<AdamW::Slot> weighting_slots(const Weighting& weighting) {
  std::vector<AdamW::Slot> slots;
  for (auto& [name, tensor] : weighting.parameters()) {
    tensor.set_requires_grad(true);
    slots.push_back({"weighting." + name, tensor, weighting.learning_rate(), 0});
  }
  return slots;
}

std::string data_key_of(const std::vector<TrainingSource>& sources) {
  Digest key;
  for (const TrainingSource& source : sources) {
    for (const TokenizedText& text : source.tokens)
      key.add(text.tokens.ids.data(), text.tokens.ids.size() * sizeof text.tokens.ids[0]);
    for (const auto& labels : source.labels)
      for (const Value& label : labels) key.add(label.json());
  }
  return key.hex();
}

Trainer::Trainer(TrainingJob job, Console& console)
    : job_(std::move(job)),
      console_(console),
      data_key_(data_key_of(job_.sources)),
      seed_(static_cast<std::uint64_t>(job_.experiment.run.integer("seed"))),
      epochs_(options().integer("epochs")),
      sampler_(SamplerSettings::read(job_.experiment.sampler), sizes(job_.sources),
               options().integer("batch_size"), options().integer("steps_per_epoch"), epochs_, seed_),
      schedule_(options().string("schedule"), options().number("warm_up"),
                epochs_ * sampler_.steps_per_epoch()),
      optimizer_({options().number("beta1"), options().number("beta2"), options().number("epsilon")},
                 parameter_groups(job_.model.parameters(), options(), job_.model.backbone().shape().layers)),
      weighting_optimizer_({}, weighting_slots(job_.weighting)),
      runner_(job_.model, job_.sources, job_.weighting, job_.experiment.weighting.boolean("normalize"),
              seed_),
      stopping_(options().string("best"), options().integer("patience")),
      means_(job_.model.tasks().size()) {
  if (by_gradients(job_.weighting) && !sampler_.every_source_in_a_step())
    job_.experiment.weighting.value("method").refuse(
        "the weighting '" + job_.experiment.weighting.string("method") +
        "' needs every task in every step, and the sampler '" + job_.experiment.sampler.string("method") +
        "' leaves some out; write method = \"all\" in [sampler]");
  if (job_.policy.automatic)
    auto_freeze_.emplace(job_.model.backbone().shape().layers, job_.policy.percentile);
  if (const double dropout = options().number("dropout"); dropout >= 0)
    job_.model.backbone().set_dropout(dropout);
}

bool Trainer::trains(const std::string& name) const {
  if (!job_.policy.phases[phase_].trains(name)) return false;
  if (!auto_freeze_ || !name.starts_with(kBackbone)) return true;
  return layer_of_parameter(std::string_view(name).substr(kBackbone.size())) >= auto_freeze_->frozen();
}

std::vector<nn::NamedParameter> Trainer::saved_parameters() const {
  std::vector<nn::NamedParameter> saved;
  for (auto& parameter : job_.model.parameters())
    if (job_.policy.ever_trains(parameter.name)) saved.push_back(parameter);
  return saved;
}

void Trainer::enter_phase() {
  phase_ = static_cast<std::int64_t>(job_.policy.phase_of(epoch()));
  std::int64_t tensors = 0, count = 0;
  for (auto& [name, tensor] : job_.model.parameters()) {
    const bool learns = trains(name);
    if (!learns) tensor.mutable_grad().reset();
    tensor.set_requires_grad(learns);
    if (!learns) continue;
    ++tensors;
    count += tensor.numel();
  }
  if (tensors == 0) throw Error("[freeze] nothing is left that learns");
  const std::int64_t forgotten = optimizer_.forget_frozen();
  runner_.parameters_changed();
  rebuild_prefix();
  const std::int64_t depth = job_.model.backbone().shape().layers;
  const std::int64_t start = frontier(backbone(), depth);
  say("step " + std::to_string(step_) + "  " + job_.policy.phases[phase_].name + ": " +
      std::to_string(tensors) + " tensors with " + millions(count) + " million parameters learn; " +
      (start < 0 ? "nothing runs without gradient"
                 : "embeddings and " + std::to_string(start) + " of " + std::to_string(depth) +
                       " layers run without gradient") +
      (forgotten > 0 ? "; the optimizer forgot " + std::to_string(forgotten) + " frozen tensors" : "") +
      "\n");
  if (!runner_.has_shared() && job_.model.tasks().size() > 1 && !told_equal_) {
    say("no shared parameter learns, so there is nothing to balance: all tasks weigh the same\n");
    told_equal_ = true;
  }
}

void Trainer::rebuild_prefix() {
  job_.model.train(false);
  const Options& settings = job_.experiment.cache;
  const std::int64_t depth = job_.model.backbone().shape().layers;
  const std::int64_t start = frontier(backbone(), depth);
  const std::string& where = settings.string("where");
  CacheStorage storage{.directory = {}, .bytes = settings.integer("limit_mb") * kBytesPerMb, .model_key = {}};
  if (where == "disk") {
    const std::string& given = settings.string("directory");
    storage.directory = given.empty() ? job_.directory / "cache" : fs::path(given);
    Digest key;
    key.add(job_.model_key);
    for (const auto& [name, tensor] : backbone()) {
      const std::int64_t layer = layer_of_parameter(name);
      if (layer >= start) continue;
      key.add(name);
      const at::Tensor values = tensor.detach().contiguous();
      key.add(values.const_data_ptr(), values.nbytes());
    }
    storage.model_key = key.hex();
  }

  std::vector<PrefixPlan> plans;
  for (const TrainingSource& source : job_.sources)
    plans.push_back(plan_prefix(job_.model, source.tasks, start));
  if (plans == plans_) return;
  std::vector<std::unique_ptr<ActivationCache>> caches;
  const std::int64_t begun =
      auto_freeze_ ? 0 : job_.policy.phases[phase_].first_epoch * sampler_.steps_per_epoch();
  const std::int64_t visits = (total_steps() - begun) * options().integer("batch_size");
  for (std::size_t s = 0; s < plans.size(); ++s) {
    caches.push_back(nullptr);
    const bool pays = plans[s].worth_keeping(depth) && visits > job_.sources[s].examples();
    if (where == "none" || start < 0 || !pays) continue;
    auto cache = std::make_unique<ActivationCache>(job_.model, job_.sources[s], plans[s], storage);
    storage.bytes -= cache->bytes();
    Progress progress("caching", static_cast<std::int64_t>(job_.sources[s].tokens.size()));
    cache->fill(job_.threads, options().integer("tokens_per_forward"),
                s < caches_.size() ? caches_[s].get() : nullptr, [&](double share) {
                  progress.update(static_cast<std::int64_t>(share * static_cast<double>(cache->kept())),
                                  share);
                });
    at::set_num_threads(static_cast<int>(job_.threads));
    say("cache  " + std::to_string(cache->kept()) + " of " + std::to_string(job_.sources[s].tokens.size()) +
        " texts of " + printable(fs::path(job_.sources[s].file).filename().string()) + ", " +
        formatted("%.1f", static_cast<double>(cache->bytes()) / kBytesPerMb) + " MB" +
        (cache->found() ? ", found on disk" : "") + "\n");
    caches.back() = std::move(cache);
  }
  plans_ = plans;
  caches_ = std::move(caches);
  std::vector<const ActivationCache*> views;
  for (const auto& cache : caches_) views.push_back(cache.get());
  runner_.set_prefix(plans_, views);
}

void Trainer::one_step() {
  if (static_cast<std::int64_t>(job_.policy.phase_of(epoch())) != phase_) enter_phase();
  std::vector<std::pair<std::size_t, std::vector<std::int64_t>>> chosen;
  for (SourceBatch& batch : sampler_.next()) chosen.emplace_back(batch.source, std::move(batch.examples));
  const StepData data = make_step(job_.sources, job_.model, chosen, options().integer("tokens_per_forward"));
  WeightingStep seen{.step = step_,
                     .epoch = epoch(),
                     .seed = RandomStream(seed_, "weighting", static_cast<std::uint64_t>(step_)).next(),
                     .present = {},
                     .losses = {},
                     .gradient_norms = {}};
  const std::int64_t every = options().integer("statistics_every");
  const StepResult result = runner_.run(data, std::move(seen), every > 0 && step_ % every == 0);
  const double limit = options().number("clip_norm");
  const double norm =
      finite(clip_gradients(optimizer_.slots(), limit > 0 ? limit : std::numeric_limits<double>::infinity()));
  const double factor = schedule_.factor(step_);
  optimizer_.step(factor);
  if (auto_freeze_) auto_freeze_->add(backbone());
  for (AdamW::Slot& slot : optimizer_.slots()) slot.parameter.mutable_grad().reset();
  step_weighting(data, result);
  means_.add(result.seen.losses);
  last_losses_ = result.seen.losses;
  examples_done_ += data.examples;
  log_step(result, factor, norm);
  ++step_;
  if (auto_freeze_) decide_freezing();
}

double Trainer::finite(double gradient_norm) const {
  if (!std::isfinite(gradient_norm))
    throw Error("at step " + std::to_string(step_ + 1) +
                " the norm of the gradients is not finite; lower train.learning_rate, then begin anew");
  return gradient_norm;
}

void Trainer::step_weighting(const StepData& data, const StepResult& result) {
  if (!runner_.has_shared()) return;
  job_.weighting.after_step(result.seen, [&] { return runner_.losses(data, result.seen); });
  const at::NoGradGuard no_grad;
  for (AdamW::Slot& slot : weighting_optimizer_.slots())
    if (slot.parameter.grad().defined() && job_.weighting.weight_decay() > 0)
      slot.parameter.mutable_grad().add_(slot.parameter, job_.weighting.weight_decay());
  weighting_optimizer_.step(1);
  for (AdamW::Slot& slot : weighting_optimizer_.slots()) slot.parameter.mutable_grad().reset();
}

void Trainer::decide_freezing() {
  const std::int64_t per_epoch = sampler_.steps_per_epoch();
  const std::int64_t interval = (per_epoch + job_.policy.intervals - 1) / job_.policy.intervals;
  if (step_ % interval != 0 || step_ >= total_steps()) return;
  const std::int64_t before = auto_freeze_->frozen();
  if (auto_freeze_->decide() != before) enter_phase();
}

void Trainer::log_step(const StepResult& result, double factor, double norm) {
  Value losses{Value::Table{}}, weights{Value::Table{}};
  const auto& tasks = job_.model.tasks();
  for (const std::size_t t : result.seen.present) {
    losses.set(tasks[t].name, result.seen.losses[t]);
    weights.set(tasks[t].name, result.weights[t]);
    events_->scalar("loss/" + tasks[t].name, step_, static_cast<float>(result.seen.losses[t]));
    events_->scalar("weight/" + tasks[t].name, step_, static_cast<float>(result.weights[t]));
  }
  events_->scalar("learning_rate_factor", step_, static_cast<float>(factor));
  Value row(Value::Table{{"step", step_},
                         {"epoch", epoch()},
                         {"loss", std::move(losses)},
                         {"weight", std::move(weights)},
                         {"learning_rate_factor", factor},
                         {"gradient_norm", norm}});
  if (result.statistics) {
    Value norms{Value::Table{}}, cosines{Value::Table{}};
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      norms.set(tasks[i].name, result.statistics->norms[i]);
      for (std::size_t j = i + 1; j < tasks.size(); ++j)
        cosines.set(tasks[i].name + "," + tasks[j].name, result.statistics->cosines[i][j]);
    }
    row.set("task_gradient_norm", std::move(norms));
    row.set("task_gradient_cosine", std::move(cosines));
  }
  log_->append(row);
}

void Trainer::evaluate() {
  if (!job_.evaluate) return;
  job_.model.train(false);
  const Scores scores = job_.evaluate();
  at::set_num_threads(static_cast<int>(job_.threads));
  Value row{Value::Table{}};
  last_scores_.clear();
  for (const auto& [name, value] : scores) {
    row.set(name, value);
    events_->scalar("dev/" + name, step_, static_cast<float>(value));
  }
  log_->append(Value::Table{{"step", step_}, {"dev", std::move(row)}});
  for (const auto& [name, value] : main_scores(scores))
    last_scores_ += "  " + name + " " + formatted("%.4f", value);
  if (stopping_.update(step_, deciding_score(scores))) save_tensors(best_file(), saved_parameters());
}

double Trainer::deciding_score(const Scores& scores) const {
  const std::string& wanted = options().string("best");
  if (wanted == "mean") {
    Scores main = main_scores(scores);
    std::erase_if(main, [](const auto& score) { return task_of(score.first) == kAllTasks; });
    return combined_metric(main);
  }
  std::string list = "mean";
  for (const auto& [name, value] : scores) {
    if (name == wanted) return value;
    list += ", " + name;
  }
  options().value("best").refuse("[train] best is \"" + wanted + "\"; the scores are " + list);
}

void Trainer::end_epoch() {
  const std::vector<double> means = means_.means();
  job_.weighting.after_epoch(epoch() - 1, means);
  std::string text = "epoch " + std::to_string(epoch()) + "/" + std::to_string(epochs_) + "  loss";
  for (std::size_t t = 0; t < means.size(); ++t)
    text += "  " + job_.model.tasks()[t].name + " " +
            (std::isfinite(means[t]) ? formatted("%.4f", means[t]) : "-");
  say(text + (last_scores_.empty() ? "" : "  dev" + last_scores_) + "\n");
  means_ = EpochMeans(means.size());
}

Value Trainer::state() {
  Value steps{Value::Table{}};
  for (const AdamW* optimizer : {&optimizer_, &weighting_optimizer_})
    for (const AdamW::Slot& slot : optimizer->slots())
      if (slot.first_moment.defined()) steps.set(slot.name, slot.steps);
  Value state(Value::Table{{"step", step_},
                           {"threads", job_.threads},
                           {"data", data_key_},
                           {"model", job_.model_key},
                           {"sampler", sampler_.state()},
                           {"weighting", job_.weighting.state()},
                           {"optimizer_steps", std::move(steps)},
                           {"loss_sums", per_task::to_value(means_.sums)},
                           {"loss_steps", per_task::to_value(means_.steps)},
                           {"early_stopping", stopping_.state()},
                           {"metrics_bytes", log_->position()}});
  if (auto_freeze_) state.set("auto_freeze", auto_freeze_->state());
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
  if (auto_freeze_) checkpoint.tensors["auto_freeze"] = auto_freeze_->sums();
  save_checkpoint(folder(), checkpoint);
  saved_step_ = step_;
}

void Trainer::resume() {
  std::vector<std::string> warnings;
  Checkpoint checkpoint = load_checkpoint(folder(), warnings);
  for (const std::string& warning : warnings) console_.warn(warning);
  if (checkpoint.step < 0) {
    say("there is no checkpoint yet; the training begins at the start\n");
    begin();
    return;
  }
  const Value& state = checkpoint.state;
  const std::string source = folder().string();
  if (state.at("data").string() != data_key_)
    throw Error(source +
                ": the training examples are not those of the checkpoint; begin anew in another folder");
  if (state.at("model").string() != job_.model_key)
    throw Error(source + ": the encoder is not that of the checkpoint; begin anew in another folder");
  if (state.at("threads").integer() != job_.threads)
    console_.warn("the run had " + std::to_string(state.at("threads").integer()) + " threads and has " +
                  std::to_string(job_.threads) + " now; results may differ in the last digits");
  step_ = saved_step_ = state.at("step").integer();
  copy_into(checkpoint.tensors["model"], job_.model.parameters(), source);
  copy_into(checkpoint.tensors["weighting"], job_.weighting.parameters(), source);
  sampler_.restore(state.at("sampler"));
  job_.weighting.restore(state.at("weighting"));
  means_.sums = per_task::from_value(state.at("loss_sums"), means_.sums.size());
  means_.steps = per_task::from_value(state.at("loss_steps"), means_.steps.size());
  stopping_.restore(state.at("early_stopping"));
  log_ = std::make_unique<MetricLog>(log_file(), state.at("metrics_bytes").integer());
  if (auto_freeze_) auto_freeze_->restore(state.at("auto_freeze"), checkpoint.tensors["auto_freeze"]);

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
  say("going on at step " + std::to_string(step_) + " of " + std::to_string(total_steps()) + "\n");
  if (step_ < total_steps()) enter_phase();
}

TrainingOutcome Trainer::run() {
  using Clock = std::chrono::steady_clock;
  const auto start = Clock::now();
  const InterruptGuard interrupt;
  events_ = std::make_unique<EventFile>(job_.directory / "events", step_);
  const std::int64_t first = step_, total = total_steps();
  const auto every = [&](const char* key) {
    const std::int64_t steps = options().integer(key);
    return step_ % (steps > 0 ? steps : sampler_.steps_per_epoch()) == 0 || step_ == total;
  };
  at::set_num_threads(static_cast<int>(job_.threads));
  progress_.emplace("training", total - first);
  bool stop = stopping_.should_stop();
  while (step_ < total && !stop && interrupt.signal() == 0) {
    one_step();
    if (every("evaluate_every")) {
      evaluate();
      stop = stopping_.should_stop();
    }
    if (step_ % sampler_.steps_per_epoch() == 0) end_epoch();
    if (every("save_every") || stop) save();
    std::string note;
    for (std::size_t t = 0; t < last_losses_.size(); ++t)
      if (std::isfinite(last_losses_[t]))
        note += (note.empty() ? "loss " : " ") + job_.model.tasks()[t].name + " " +
                formatted("%.3f", last_losses_[t]);
    const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
    note += formatted("  %.0f sentences/s", static_cast<double>(examples_done_) / seconds);
    progress_->update(step_ - first, static_cast<double>(step_ - first) / static_cast<double>(total - first),
                      note);
  }
  progress_.reset();
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
                  "' is not finite; begin anew with a lower train.learning_rate and another --out");
  save();
  if (stopping_.best()) {
    outcome.best = options().string("best") + " " + formatted("%.4f", *stopping_.best()) + " at step " +
                   std::to_string(stopping_.best_step());
    copy_into(load_tensors(best_file()), job_.model.parameters(), "best.safetensors");
  }
  job_.model.train(false);
  for (auto& [name, tensor] : job_.model.parameters()) tensor.set_requires_grad(false);
  return outcome;
}

}  // namespace

fs::path checkpoint_folder(const fs::path& run_directory) { return run_directory / "checkpoints"; }

void remove_training_state(const fs::path& run_directory) {
  const fs::path folder = checkpoint_folder(run_directory);
  remove_checkpoints(folder);
  std::error_code error;
  fs::remove(folder / kBest, error);
  fs::remove(folder, error);
}

TrainingOutcome train(TrainingJob job, bool resume, Console& console) {
  Trainer trainer(std::move(job), console);
  if (resume)
    trainer.resume();
  else
    trainer.begin();
  return trainer.run();
}

}  // namespace mtt
