#include "run/experiment_run.h"

#include <chrono>
#include <optional>
#include <set>

#include "data/examples.h"
#include "experiment/task_examples.h"
#include "io/file.h"
#include "io/peak_memory.h"
#include "io/seconds_since.h"
#include "nn/linear_backend.h"
#include "run/freeze_table.h"
#include "run/head_fitting.h"
#include "run/probe_scores.h"
#include "run/run_directory.h"
#include "run/run_environment.h"
#include "run/run_lock.h"
#include "run/run_preparation.h"
#include "run/run_text.h"
#include "run/saved_evaluation.h"
#include "run/scores.h"
#include "run/shown_sentences.h"
#include "run/task_building.h"
#include "run/training.h"
#include "run/training_keys.h"
#include "run/unseen_label_warnings.h"
#include "train/checkpoint.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

Value best_json(const std::optional<BestScore>& best) {
  if (!best) return Value();
  return Value::Table{{"score", best->name}, {"value", best->value}, {"step", best->step}};
}

/// What a training cost: {"seconds", "steps", "learning_parameters", "peak_memory_mb", "fitting_seconds",
/// "probes", "best"}. "best" is {"score", "value", "step"}, of the step whose weights were kept; null where
/// these are the last ones. The seconds are those of the training, with the scores on dev, or, where nothing
/// was left to train, those of fitting the heads; null where it was stopped in between.
Value cost_json(const TrainingOutcome& outcome, bool resumed, std::int64_t parameters, double fitting_seconds,
                Value probes) {
  return Value::Table{{"seconds", resumed ? Value() : Value(outcome.seconds)},
                      {"steps", outcome.steps},
                      {"learning_parameters", parameters},
                      {"peak_memory_mb", peak_memory() / (1 << 20)},
                      {"fitting_seconds", fitting_seconds},
                      {"probes", std::move(probes)},
                      {"best", best_json(outcome.best)}};
}

/// How many parameters the run sets: those that train in some phase, and those of settled heads, which are
/// fitted instead.
std::int64_t learned(const TrainingPlan& plan, const MultiTaskModel& model) {
  std::int64_t count = learning_parameters(plan.policy, model);
  for (std::size_t t = 0; t < plan.settled.size(); ++t)
    if (plan.settled[t])
      for (const auto& [name, tensor] : model.tasks()[t].module().parameters()) count += tensor.numel();
  return count;
}

/// The steps of a run, each after the one before it.
class ExperimentRun {
 public:
  ExperimentRun(const Experiment& experiment, const RunPlace& place, std::int64_t threads, bool resume,
                PluginCatalog& plugins, Messages& messages)
      : experiment_(experiment),
        place_(place),
        directory_(place.directory),
        threads_(threads),
        resume_(resume),
        messages_(messages),
        prepared_(prepare(experiment, plugins, messages)) {}

  /// Returns the number of the signal that stopped it, or 0.
  int run();

 private:
  bool claim_directory();
  void find_examples();
  void fit();
  int train();
  void score_fitted_probes();
  TrainingOutcome optimise(const Value& probes_record);
  void save();
  void score();
  void note_data(const std::string& use, const std::string& file, const TaskPlan& plan);
  void describe();
  void clean_up();

  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  const Experiment& experiment_;
  const RunPlace& place_;
  const fs::path& directory_;
  const std::int64_t threads_;
  const bool resume_;
  Messages& messages_;
  Prepared prepared_;
  RunEnvironment environment_;           ///< its data; all else at the end
  std::vector<HeldOut> held_out_;        ///< the tests; in a training without any, the dev files
  std::set<std::string> example_texts_;  ///< of all training files
  std::vector<HeadStart> starts_;
  double fitting_seconds_ = 0;
  std::optional<Session> session_;  ///< from `fit` on
  std::vector<TaskScore> probes_;   ///< on dev and test files, before training
};

int ExperimentRun::run() {
  const RunLock lock(directory_);
  if (!claim_directory()) return 0;
  find_examples();
  fit();
  if (prepared_.training)
    if (const int signal = train(); signal != 0) return signal;
  save();
  show_sentences(experiment_, directory_, prepared_.encoder, *session_, example_texts_, messages_);
  score();
  describe();
  messages_.say("\nThe results are in " + directory_.string() + "\n");
  clean_up();
  return 0;
}

/// False where the run in the directory is finished, so that there is nothing to resume.
bool ExperimentRun::claim_directory() {
  const Value config = resolved(experiment_, prepared_);
  if (resume_) {
    check_same_config(directory_, config);
    if (prepared_.training && is_finished_run(directory_)) {
      messages_.say("the run in " + directory_.string() +
                    " is finished; there is nothing to resume. For more epochs " +
                    more_epochs_hint(directory_) + "\n");
      remove_training_state(directory_);
      return false;
    }
  } else {
    claim_run_directory(directory_);
    if (const fs::path previous = previous_results(directory_); experiment_.trains && !previous.empty())
      messages_.say("the results of the previous run are in " + previous.string() +
                    " until this run is complete\n");
  }
  save_config(directory_, config);
  messages_.keep_in(directory_ / "console.txt", resume_);
  return true;
}

void ExperimentRun::find_examples() {
  std::string text = encoder_text(prepared_.encoder) + prepared_.start.text();
  for (const TaskPlan& plan : prepared_.plans) {
    if (const std::string& train = plan.files.train; !train.empty()) {
      const auto& texts = prepared_.files.get(train).texts;
      example_texts_.insert(texts.begin(), texts.end());
    }
    if (!plan.start) text += task_text(plan, experiment_, prepared_.files);
    note_data("training", plan.files.train, plan);
    if (prepared_.training) note_data("validation", plan.files.dev, plan);
    for (const std::string& test : test_sets(experiment_, *plan.config, prepared_.files)) {
      note_data("test", test, plan);
      held_out_.push_back({static_cast<std::size_t>(&plan - prepared_.plans.data()), plan.field(), test});
    }
  }
  messages_.say(text);
  if (experiment_.train.string("matmul_precision") == "bf16" &&
      nn::reduced_backend(Precision::bf16) == nullptr)
    messages_.warn(
        "[train] matmul_precision is \"bf16\", but this processor has no bf16 instructions (AVX512-BF16 or "
        "AMX); fp32 is used");
  for (const std::string& warning : untrained_warnings(prepared_.plans, experiment_)) messages_.warn(warning);
}

void ExperimentRun::note_data(const std::string& use, const std::string& file, const TaskPlan& plan) {
  if (file.empty()) return;
  const auto examples = static_cast<std::int64_t>(prepared_.files.get(file).texts.size());
  environment_.add_data(use, file, plan.config->name, examples);
}

void ExperimentRun::fit() {
  const bool trains = prepared_.training && !prepared_.training->trains_nothing();
  Encoder& encoder = prepared_.encoder;
  FittingSettings fitting{.baseline = trains,
                          .store = !place_.probes.empty() ? place_.probes
                                   : prepared_.training   ? directory_ / kProbes
                                                          : fs::path(),
                          .model_key = model_key(encoder),
                          .threads = threads_,
                          .messages = &messages_};
  starts_ = build_tasks(std::move(prepared_.plans), experiment_, prepared_.files, encoder, &fitting);
  for (const HeadStart& start : starts_) fitting_seconds_ += start.seconds;
  prepared_.start.release();
  warn_of_unseen_labels(held_out_, prepared_.files, *encoder.model, messages_);
  session_.emplace(*encoder.model, encoder.text_encoder(), threads_,
                   experiment_.run.integer("tokens_per_forward"));
}

/// → the number of the signal that stopped the training, or 0.
int ExperimentRun::train() {
  const TrainingPlan& plan = *prepared_.training;
  MultiTaskModel& model = *prepared_.encoder.model;
  score_fitted_probes();
  start_heads(starts_, model);
  if (const std::string text = settled_text(plan.settled, plan.settings.epochs, model); !text.empty())
    messages_.say(text);
  const Value record = probes_json(starts_, probes_, model);
  const TrainingOutcome outcome = optimise(record);
  if (outcome.signal != 0) {
    messages_.say(stopped_text(outcome));
    return outcome.signal;
  }
  const Value cost = cost_json(outcome, resume_, learned(plan, model), fitting_seconds_, record);
  write_file_atomically(directory_ / "cost.json", cost.json() + "\n");
  if (!plan.trains_nothing()) messages_.say(trained_text(outcome));
  if (held_out_.empty()) held_out_ = dev_files(plan);
  return 0;
}

void ExperimentRun::score_fitted_probes() {
  std::vector<HeldOut> judged = dev_files(*prepared_.training);
  warn_of_unseen_labels(judged, prepared_.files, *prepared_.encoder.model, messages_);
  judged.insert(judged.end(), held_out_.begin(), held_out_.end());
  probes_ = score_probes(starts_, judged, prepared_.files, *session_);
  if (!probes_.empty()) messages_.say("\nScores of the probes, before training\n" + scores_text(probes_));
}

TrainingOutcome ExperimentRun::optimise(const Value& probes_record) {
  TrainingPlan& plan = *prepared_.training;
  if (plan.trains_nothing())
    return {.steps = 0, .total_steps = 0, .signal = 0, .best = {}, .seconds = fitting_seconds_};
  HeadScales feature_rms;
  for (std::size_t t = 0; t < starts_.size(); ++t)
    feature_rms[prepared_.encoder.model->tasks()[t].name] = starts_[t].feature_rms;
  return run_training(experiment_, plan, prepared_.files, prepared_.encoder, *session_,
                      std::move(feature_rms), probes_record, directory_, threads_, resume_, messages_);
}

void ExperimentRun::save() {
  const MultiTaskModel& model = *prepared_.encoder.model;
  save_trained_backbone(directory_, model, prepared_.training ? prepared_.training->policy : FreezePolicy(),
                        prepared_.start.changed());
  save_heads(directory_, model);
}

void ExperimentRun::score() {
  if (held_out_.empty()) return;
  auto scores = score_tasks(held_out_, prepared_.files, *session_);
  if (prepared_.training) add_probes(scores, probes_);
  save_evaluation(directory_, scores, prepared_.files, experiment_.run.boolean("save_predictions"));
  messages_.say("\nScores on held-out examples (in scores.jsonl)\n" + scores_text(scores));
  if (prepared_.training) warn_below_probe(scores, experiment_, messages_);
}

void ExperimentRun::describe() {
  const double seconds = seconds_since(begin_);
  RunEnvironment environment = this_environment(threads_, resume_ ? std::nullopt : std::optional(seconds));
  environment.data = std::move(environment_.data);
  write_file_atomically(directory_ / kEnvironmentFile, environment_json(environment).json() + "\n");
}

void ExperimentRun::clean_up() {
  remove_training_state(directory_);
  std::error_code error;
  fs::remove_all(directory_ / kProbes, error);
  remove_previous(directory_);
}

}  // namespace

void check_experiment(const Experiment& experiment, const RunCheckSettings& settings, PluginCatalog& plugins,
                      Messages& messages) {
  check_warm_start(experiment, settings.directory);
  Prepared prepared = prepare(experiment, plugins, messages, /*checks=*/true);
  std::string text = encoder_text(prepared.encoder) + prepared.start.text();
  for (const TaskPlan& plan : prepared.plans)
    if (!plan.start) text += task_text(plan, experiment, prepared.files);
  RunCheck check(experiment, prepared.plans, prepared.training ? &*prepared.training : nullptr,
                 prepared.files, prepared.encoder, messages, settings);
  check.check_names();
  check.check_directory();
  check.check_spans();
  check.build(
      [&] { build_tasks(std::move(prepared.plans), experiment, prepared.files, prepared.encoder, nullptr); });
  check.finish();
  messages.answer(text + check.report() + "the experiment can run\n");
}

int run_experiment(const Experiment& experiment, const RunPlace& place, std::int64_t threads, bool resume,
                   PluginCatalog& plugins, Messages& messages) {
  check_warm_start(experiment, place.directory);
  return ExperimentRun(experiment, place, threads, resume, plugins, messages).run();
}

}  // namespace mtt
