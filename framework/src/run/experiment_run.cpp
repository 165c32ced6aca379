#include "run/experiment_run.h"

#include <sys/resource.h>

#include <optional>
#include <set>

#include "config/resolved_config.h"
#include "config/task_examples.h"
#include "data/examples.h"
#include "io/file.h"
#include "mtt/error.h"
#include "report/terminal_text.h"
#include "run/freeze_table.h"
#include "run/overlap_warnings.h"
#include "run/run_directory.h"
#include "run/run_lock.h"
#include "run/scores.h"
#include "run/shown_sentences.h"
#include "run/task_building.h"
#include "run/training.h"
#include "run/unseen_label_warnings.h"
#include "run/warm_start.h"
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
  const std::string& init = plan.config->options.string("init");
  std::string text = "task     " + plan.config->name + ": " + plan.task.plugin + ", ";
  const std::string& train = plan.files.train;
  if (init == "none" && experiment.trains && !train.empty())
    return text + "learns from " + std::to_string(files.get(train).texts.size()) + " examples of " +
           printable(fs::path(train).filename().string()) + "\n";
  if (init == "none") return text + "untrained (random weights)\n";
  return text + "weights by " + init + " from " + std::to_string(files.get(train).texts.size()) +
         " examples of " + printable(fs::path(train).filename().string()) + "\n";
}

struct Prepared {
  WarmStart start;
  Encoder encoder;
  std::vector<TaskPlan> plans;
  ExampleFiles files;
  std::optional<TrainingPlan> training;
};

/// How many examples drop_overlap left out, a line a file.
std::string dropped_text(const Experiment& experiment, ExampleFiles& files) {
  std::string text;
  if (!experiment.data.boolean("drop_overlap")) return text;
  std::set<std::string> seen;
  for (const TaskConfig& task : experiment.tasks) {
    const std::string train = train_file(experiment, task);
    if (train.empty() || !seen.insert(train).second) continue;
    const std::size_t all = files.get(train).texts.size();
    const std::size_t left = files.get(files.without(train, held_out_files(experiment))).texts.size();
    text += "left out " + std::to_string(all - left) + " of " + std::to_string(all) + " examples of " +
            train + ", which share a sentence with held-out ones\n";
  }
  return text;
}

Prepared prepare(const Experiment& experiment, PluginCatalog& plugins, Console& console) {
  Prepared prepared{WarmStart(experiment, plugins),
                    load_encoder(EncoderSettings::from(experiment.backbone), plugins),
                    {},
                    ExampleFiles(experiment.data.string("text")),
                    std::nullopt};
  for (const std::string& warning : prepared.encoder.warnings) console.warn(warning);
  prepared.start.give_encoder(prepared.encoder);
  prepared.plans = plan_tasks(experiment, prepared.encoder, plugins);
  for (TaskPlan& plan : prepared.plans) {
    check_files(experiment, *plan.config);
    plan.files = drawn_files(experiment, *plan.config, prepared.files);
  }
  if (const std::string text = dropped_text(experiment, prepared.files); !text.empty()) console.say(text);
  for (const TaskPlan& plan : prepared.plans) {
    for (const std::string& file : {plan.files.train, plan.files.dev})
      if (!file.empty()) prepared.files.get(file);
    for (const std::string& file : test_files(experiment, *plan.config)) prepared.files.get(file);
  }
  check_pairs(prepared.plans, experiment, prepared.files);
  warn_of_overlap(experiment, prepared.plans, prepared.files, console);
  if (experiment.trains)
    prepared.training = plan_training(experiment, prepared.plans, prepared.files, prepared.encoder, plugins);
  prepared.start.give_adapters(prepared.encoder);
  prepared.start.mark(prepared.plans, prepared.encoder);
  return prepared;
}

Value resolved(const Experiment& experiment, const Prepared& prepared) {
  std::vector<Options> head_options;
  for (const TaskPlan& plan : prepared.plans) head_options.push_back(plan.head_options);
  return resolved_config(experiment, prepared.encoder.backbone_options.resolved(), head_options,
                         prepared.training ? prepared.training->weighting_options : Value());
}

/// What a training cost: {"seconds", "steps", "learning_parameters", "peak_memory_mb"}. The seconds are those
/// of the training alone, with the scores on dev; null where it was stopped in between.
Value cost_json(const TrainingOutcome& outcome, bool resumed, const FreezePolicy& policy,
                const MultiTaskModel& model) {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return Value::Table{{"seconds", resumed ? Value() : Value(outcome.seconds)},
                      {"steps", outcome.steps},
                      {"learning_parameters", learning_parameters(policy, model)},
                      {"peak_memory_mb", static_cast<double>(usage.ru_maxrss) / 1024}};
}

}  // namespace

void check_experiment(const Experiment& experiment, const RunCheckSettings& settings, PluginCatalog& plugins,
                      Console& console) {
  check_warm_start(experiment, settings.directory);
  Prepared prepared = prepare(experiment, plugins, console);
  std::string text = encoder_text(prepared.encoder) + prepared.start.text();
  for (const TaskPlan& plan : prepared.plans)
    if (!plan.start) text += task_text(plan, experiment, prepared.files);
  RunCheck check(experiment, prepared.plans, prepared.training ? &*prepared.training : nullptr,
                 prepared.files, prepared.encoder, console, settings);
  check.check_names();
  check.check_directory();
  check.check_spans();
  check.build([&] { build_tasks(std::move(prepared.plans), experiment, prepared.files, prepared.encoder); });
  check.finish();
  console.say(text + check.report() + "the experiment can run\n");
}

int run_experiment(const Experiment& experiment, const fs::path& directory, std::int64_t threads, bool resume,
                   PluginCatalog& plugins, Console& console) {
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
      console.say("the results of the run before are in " + previous.string() +
                  " until this one is complete\n");
  }
  save_config(directory, resolved(experiment, prepared));
  console.keep_in(directory / "console.txt", resume);

  std::string text = encoder_text(encoder) + prepared.start.text();
  std::vector<HeldOut> held_out;
  std::set<std::string> example_texts;
  bool has_closed_form = false;
  for (const TaskPlan& plan : prepared.plans) {
    if (const std::string& train = plan.files.train; !train.empty()) {
      const auto& texts = prepared.files.get(train).texts;
      example_texts.insert(texts.begin(), texts.end());
    }
    if (!plan.start) text += task_text(plan, experiment, prepared.files);
    has_closed_form = has_closed_form || plan.start || plan.config->options.string("init") != "none";
    for (const std::string& test : test_files(experiment, *plan.config))
      held_out.push_back({static_cast<std::size_t>(&plan - prepared.plans.data()), plan.field(), test});
  }
  console.say(text);
  build_tasks(std::move(prepared.plans), experiment, prepared.files, encoder);
  prepared.start.release();
  warn_of_unseen_labels(held_out, prepared.files, *encoder.model, console);
  if (prepared.training)
    warn_of_unseen_labels(dev_files(*prepared.training), prepared.files, *encoder.model, console);
  const Inference inference(*encoder.model, encoder.text_encoder(), threads,
                            experiment.run.integer("tokens_per_forward"));
  if (prepared.training) {
    if (!resume && !held_out.empty() && has_closed_form)
      console.say("\nScores before training\n" +
                  scores_text(score_tasks(held_out, prepared.files, inference, *encoder.model)));
    const TrainingOutcome outcome = run_training(experiment, *prepared.training, prepared.files, encoder,
                                                 inference, directory, threads, resume, console);
    if (outcome.signal != 0) {
      console.say("stopped at step " + std::to_string(outcome.steps) + " of " +
                  std::to_string(outcome.total_steps) + "; a checkpoint is saved, go on with --resume\n");
      return outcome.signal;
    }
    write_file_atomically(
        directory / "cost.json",
        cost_json(outcome, resume, prepared.training->policy, *encoder.model).json() + "\n");
    console.say("trained " + std::to_string(outcome.steps) + " steps in " +
                formatted("%.1f", outcome.seconds) + " s" +
                (outcome.best.empty() ? "" : ", kept the best weights: " + outcome.best) + "\n");
  }
  save_trained_backbone(directory, *encoder.model,
                        prepared.training ? prepared.training->policy : FreezePolicy(),
                        prepared.start.changed());
  save_heads(directory, *encoder.model);

  show_sentences(experiment, directory, encoder, inference, example_texts, console);

  if (!held_out.empty()) {
    const auto scores = score_tasks(held_out, prepared.files, inference, *encoder.model);
    std::string rows;
    for (const TaskScore& score : scores) rows += score_json(score).json() + "\n";
    write_file_atomically(directory / "scores.jsonl", rows);
    console.say("\nScores on held-out examples (in scores.jsonl)\n" + scores_text(scores));
  }
  console.say("\nAll of this is in " + directory.string() + "\n");
  remove_training_state(directory);
  remove_previous(directory);
  return 0;
}

}  // namespace mtt
