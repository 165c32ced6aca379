#include "run/experiment_run.h"

#include <chrono>
#include <set>

#include "data/examples.h"
#include "experiment/task_examples.h"
#include "io/file.h"
#include "io/peak_memory.h"
#include "io/terminal_text.h"
#include "run/freeze_table.h"
#include "run/head_fitting.h"
#include "run/probe_scores.h"
#include "run/run_directory.h"
#include "run/run_lock.h"
#include "run/run_preparation.h"
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

std::string encoder_text(const Encoder& encoder) {
  const BackboneShape& shape = encoder.model->backbone().shape();
  std::int64_t parameters = 0;
  for (const auto& [name, tensor] : encoder.model->backbone().parameters()) parameters += tensor.numel();
  return "encoder  " + encoder.directory.path.string() + "\n         " + encoder.directory.model_type + ", " +
         std::to_string(shape.layers) + " layers, hidden size " + std::to_string(shape.hidden) + ", " +
         formatted("%.1f", static_cast<double>(parameters) / 1e6) + " million parameters, at most " +
         std::to_string(encoder.max_tokens) + " tokens, vectors of size " +
         std::to_string(encoder.model->modules().width()) +
         (encoder.model->modules().normalizes() ? ", normalised" : "") +
         (encoder.prompt.empty() ? "" : ", prompt " + Value(encoder.prompt).json()) + "\n";
}

std::string scores_text(const std::vector<TaskScore>& scores) {
  std::string text;
  for (const TaskScore& score : scores) text += "  " + score_text(score);
  return text;
}

std::string task_text(const TaskPlan& plan, const Experiment& experiment, ExampleFiles& files) {
  const std::string& asked = plan.config->options.string("init");
  const std::string& train = plan.files.train;
  std::string text = "task     " + plan.config->name + ": " + plan.task.plugin + ", init " + plan.init +
                     (asked == plan.init ? "" : " (" + asked + ")");
  if (train.empty()) return text + ", no training examples\n";
  return text + (experiment.trains ? ", then trained" : "") + ", " +
         std::to_string(files.get(train).texts.size()) + " examples of " +
         printable(fs::path(train).filename().string()) + "\n";
}

/// What a training cost: {"seconds", "steps", "learning_parameters", "peak_memory_mb", "fitting_seconds",
/// "probes"}. The seconds are those of the training, with the scores on dev, or, where nothing was left to
/// train, those of fitting the heads; null where it was stopped in between.
Value cost_json(const TrainingOutcome& outcome, bool resumed, std::int64_t parameters, double fitting_seconds,
                Value probes) {
  return Value::Table{{"seconds", resumed ? Value() : Value(outcome.seconds)},
                      {"steps", outcome.steps},
                      {"learning_parameters", parameters},
                      {"peak_memory_mb", peak_memory() / (1 << 20)},
                      {"fitting_seconds", fitting_seconds},
                      {"probes", std::move(probes)}};
}

std::string best_text(const BestScore& best) {
  return best.name + " " + formatted("%.4f", best.value) + " at step " + std::to_string(best.step);
}

/// Heads whose random weights nothing will change.
void warn_of_untrained(const std::vector<TaskPlan>& plans, const Experiment& experiment, Console& console) {
  for (const TaskPlan& plan : plans) {
    if (plan.init != "none" || plan.start || plan.task.grouped()) continue;
    if (experiment.trains && !plan.files.train.empty()) continue;
    console.warn("task '" + plan.config->name +
                 "': its head has random weights, so its predictions are meaningless; " +
                 (plan.files.train.empty() ? "set train in [data] or in the task's table"
                                           : "leave out its init, or add a [train] table"));
  }
}

std::string names_of(const MultiTaskModel& model, const std::vector<bool>& wanted) {
  std::string names;
  for (std::size_t t = 0; t < wanted.size(); ++t)
    if (wanted[t]) names += (names.empty() ? "" : ", ") + model.tasks()[t].name;
  return names;
}

}  // namespace

void check_experiment(const Experiment& experiment, const RunCheckSettings& settings, PluginCatalog& plugins,
                      Console& console) {
  check_warm_start(experiment, settings.directory);
  Prepared prepared = prepare(experiment, plugins, console, /*checks=*/true);
  std::string text = encoder_text(prepared.encoder) + prepared.start.text();
  for (const TaskPlan& plan : prepared.plans)
    if (!plan.start) text += task_text(plan, experiment, prepared.files);
  RunCheck check(experiment, prepared.plans, prepared.training ? &*prepared.training : nullptr,
                 prepared.files, prepared.encoder, console, settings);
  check.check_names();
  check.check_directory();
  check.check_spans();
  check.build(
      [&] { build_tasks(std::move(prepared.plans), experiment, prepared.files, prepared.encoder, nullptr); });
  check.finish();
  console.answer(text + check.report() + "the experiment can run\n");
}

int run_experiment(const Experiment& experiment, const RunPlace& place, std::int64_t threads, bool resume,
                   PluginCatalog& plugins, Console& console) {
  const fs::path& directory = place.directory;
  check_warm_start(experiment, directory);
  Prepared prepared = prepare(experiment, plugins, console);
  Encoder& encoder = prepared.encoder;
  const RunLock lock(directory);
  if (resume) {
    check_same_config(directory, resolved(experiment, prepared));
    if (prepared.training && is_finished_run(directory)) {
      console.say("the run in " + directory.string() +
                  " is finished; there is nothing to resume. For more epochs " + more_epochs_hint(directory) +
                  "\n");
      remove_training_state(directory);
      return 0;
    }
  } else {
    claim_run_directory(directory);
    if (const fs::path previous = previous_results(directory); experiment.trains && !previous.empty())
      console.say("the results of the previous run are in " + previous.string() +
                  " until this run is complete\n");
  }
  save_config(directory, resolved(experiment, prepared));
  console.keep_in(directory / "console.txt", resume);

  std::string text = encoder_text(encoder) + prepared.start.text();
  std::vector<HeldOut> held_out;
  std::set<std::string> example_texts;
  for (const TaskPlan& plan : prepared.plans) {
    if (const std::string& train = plan.files.train; !train.empty()) {
      const auto& texts = prepared.files.get(train).texts;
      example_texts.insert(texts.begin(), texts.end());
    }
    if (!plan.start) text += task_text(plan, experiment, prepared.files);
    for (const std::string& test : test_sets(experiment, *plan.config, prepared.files))
      held_out.push_back({static_cast<std::size_t>(&plan - prepared.plans.data()), plan.field(), test});
  }
  console.say(text);
  warn_of_untrained(prepared.plans, experiment, console);
  const bool trains = prepared.training.has_value();
  FittingSettings fitting{.baseline = trains,
                          .store = !place.probes.empty() ? place.probes
                                   : trains              ? directory / kProbes
                                                         : fs::path(),
                          .model_key = model_key(encoder),
                          .threads = threads,
                          .say = [&](const std::string& line) { console.say(line); }};
  const auto begin = std::chrono::steady_clock::now();
  const std::vector<HeadStart> starts =
      build_tasks(std::move(prepared.plans), experiment, prepared.files, encoder, &fitting);
  const double fitting_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  prepared.start.release();
  warn_of_unseen_labels(held_out, prepared.files, *encoder.model, console);
  Session session(*encoder.model, encoder.text_encoder(), threads,
                  experiment.run.integer("tokens_per_forward"));
  std::vector<TaskScore> probes;
  if (trains) {
    TrainingPlan& plan = *prepared.training;
    std::vector<HeldOut> judged = dev_files(plan);
    warn_of_unseen_labels(judged, prepared.files, *encoder.model, console);
    judged.insert(judged.end(), held_out.begin(), held_out.end());
    probes = score_probes(starts, judged, prepared.files, session);
    if (!probes.empty()) console.say("\nScores of the probes, before training\n" + scores_text(probes));
    start_heads(starts, *encoder.model);
    if (const std::string names = names_of(*encoder.model, plan.settled); !names.empty())
      console.say(
          "no optimizer steps for " + names +
          ": what the head reads is frozen and its loss is convex, so the fitted probe is already optimal\n");
    const Value probes_record = probes_json(starts, probes, *encoder.model);
    TrainingOutcome outcome{
        .steps = 0, .total_steps = 0, .signal = 0, .best = {}, .seconds = fitting_seconds};
    if (!plan.trains_nothing()) {
      HeadScales feature_rms;
      for (std::size_t t = 0; t < starts.size(); ++t)
        feature_rms[encoder.model->tasks()[t].name] = starts[t].feature_rms;
      outcome = run_training(experiment, plan, prepared.files, encoder, session, std::move(feature_rms),
                             probes_record, directory, threads, resume, console);
    }
    if (outcome.signal != 0) {
      console.say("stopped at step " + std::to_string(outcome.steps) + " of " +
                  std::to_string(outcome.total_steps) + "; a checkpoint is saved, resume with --resume\n");
      return outcome.signal;
    }
    write_file_atomically(directory / "cost.json",
                          cost_json(outcome, resume, learning_parameters(plan.policy, *encoder.model),
                                    fitting_seconds, probes_record)
                                  .json() +
                              "\n");
    if (!plan.trains_nothing())
      console.say("trained " + std::to_string(outcome.steps) + " steps in " +
                  formatted("%.1f", outcome.seconds) + " s" +
                  (outcome.best ? ", kept the best weights: " + best_text(*outcome.best) : "") + "\n");
    if (held_out.empty()) held_out = dev_files(plan);
  }
  save_trained_backbone(directory, *encoder.model,
                        prepared.training ? prepared.training->policy : FreezePolicy(),
                        prepared.start.changed());
  save_heads(directory, *encoder.model);

  show_sentences(experiment, directory, encoder, session, example_texts, console);

  if (!held_out.empty()) {
    auto scores = score_tasks(held_out, prepared.files, session);
    if (trains) add_probes(scores, probes);
    save_evaluation(directory, scores, prepared.files, experiment.run.boolean("save_predictions"));
    console.say("\nScores on held-out examples (in scores.jsonl)\n" + scores_text(scores));
    if (trains) warn_below_probe(scores, experiment, console);
  }
  console.say("\nThe results are in " + directory.string() + "\n");
  remove_training_state(directory);
  std::error_code error;
  fs::remove_all(directory / kProbes, error);
  remove_previous(directory);
  return 0;
}

}  // namespace mtt
