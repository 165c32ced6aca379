#include "run/experiment_run.h"

#include <sys/resource.h>

#include <algorithm>
#include <optional>
#include <set>

#include "config/resolved_config.h"
#include "config/task_examples.h"
#include "data/examples.h"
#include "data/text_lines.h"
#include "data/unseen_labels.h"
#include "eval/cosine.h"
#include "io/file.h"
#include "io/npy.h"
#include "mtt/error.h"
#include "report/embedding_text.h"
#include "report/prediction_text.h"
#include "report/progress.h"
#include "report/similarity_matrix.h"
#include "report/terminal_text.h"
#include "run/run_directory.h"
#include "run/run_lock.h"
#include "run/scores.h"
#include "run/task_building.h"
#include "run/training.h"
#include "train/checkpoint.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostMatrixRows = 16;
constexpr std::size_t kMostDrawn = 100;
constexpr std::size_t kMostListed = 50;

std::vector<std::string> shown_sentences(const Experiment& experiment) {
  std::vector<std::string> sentences = experiment.show.strings("sentences");
  if (const std::string& file = experiment.show.string("file"); !file.empty())
    for (std::string& line : read_texts(file, "").texts) sentences.push_back(std::move(line));
  return sentences;
}

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

void show(const Experiment& experiment, const fs::path& directory, const Encoder& encoder,
          const Inference& inference, const std::set<std::string>& example_texts, Console& console) {
  const std::vector<std::string> texts = shown_sentences(experiment);
  if (texts.empty()) return;
  for (const std::string& text : texts)
    if (example_texts.contains(text))
      console.warn("the shown sentence " + Value(text).json() +
                   " is among the examples; what is predicted for it proves nothing");
  const auto& tasks = encoder.model->tasks();
  InferenceResult result;
  {
    Progress progress("encoding", static_cast<std::int64_t>(texts.size()));
    result = inference.run(
        texts, {.sentences = true,
                .predictions = predicts(*encoder.model),
                .progress = [&](std::int64_t done, double share) { progress.update(done, share); }});
  }
  const at::Tensor& sentences = result.sentences;
  write_npy(directory / "embeddings.npy", sentences.const_data_ptr<float>(), sentences.sizes().vec());
  console.say(embedding_text(sentences.const_data_ptr<float>(), static_cast<std::size_t>(sentences.size(1)),
                             texts, kMostListed));
  if (result.truncated > 0)
    console.warn(std::to_string(result.truncated) + " shown sentences were cut to " +
                 std::to_string(encoder.max_tokens) + " tokens");

  const std::size_t drawn = std::min(texts.size(), kMostDrawn);
  const auto values = cosine_similarities(sentences.const_data_ptr<float>(), drawn,
                                          static_cast<std::size_t>(sentences.size(1)));
  write_file_atomically(
      directory / "similarity.svg",
      similarity_svg(values, {texts.begin(), texts.begin() + static_cast<std::ptrdiff_t>(drawn)}));
  console.say("\nCosine similarities (in similarity.svg)\n" +
              similarity_text(values, drawn, kMostMatrixRows, colours_wanted()));
  if (!predicts(*encoder.model)) return;

  std::string lines;
  for (std::size_t i = 0; i < texts.size(); ++i)
    lines +=
        prediction_row(texts[i], nullptr, tasks, result.predictions, static_cast<std::int64_t>(i)).json() +
        "\n";
  write_file_atomically(directory / "predictions.jsonl", lines);
  std::string text = "\nPredictions (in predictions.jsonl)\n";
  for (std::size_t i = 0; i < std::min(texts.size(), kMostListed); ++i) {
    text += formatted("%4.0f ", static_cast<double>(i + 1)) + shortened(printable(texts[i]), 100) + "\n";
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      if (tasks[t].head->level() == Level::pair) continue;
      text += "       " + padded(tasks[t].name, 12) + " " +
              prediction_text(result.predictions[t][i], texts[i]) +
              (tasks[t].trained ? "" : "  (untrained)") + "\n";
    }
  }
  console.say(text);
}

struct Prepared {
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
  Prepared prepared{load_encoder(EncoderSettings::from(experiment.backbone), plugins),
                    {},
                    ExampleFiles(experiment.data.string("text")),
                    std::nullopt};
  for (const std::string& warning : prepared.encoder.warnings) console.warn(warning);
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
  if (experiment.trains)
    prepared.training = plan_training(experiment, prepared.plans, prepared.files, prepared.encoder, plugins);
  return prepared;
}

/// Held-out files, and those that choose the best weights.
std::vector<HeldOut> with_dev(std::vector<HeldOut> held_out, const Prepared& prepared) {
  if (!prepared.training) return held_out;
  for (std::size_t t = 0; t < prepared.training->files.size(); ++t) {
    const TaskFiles& task = prepared.training->files[t];
    if (!task.dev.empty()) held_out.push_back({t, task.field, task.dev});
  }
  return held_out;
}

/// Heads that know labels keep them under "labels" in their state.
void warn_of_unseen_labels(const std::vector<HeldOut>& held_out, ExampleFiles& files,
                           const MultiTaskModel& model, Console& console) {
  constexpr std::size_t kMostNamed = 5;
  for (const HeldOut& item : held_out) {
    const Task& task = model.tasks()[item.task];
    const Value state = call_plugin(call_of(task, "state"), [&] { return task.head->state(); });
    const Value* labels = state.is(Value::Kind::table) ? state.find("labels") : nullptr;
    if (!labels) continue;
    const auto unseen = unseen_labels(LabelSet::from_value(*labels), files.get(item.file).labels(item.field));
    if (unseen.empty()) continue;
    std::string names;
    for (std::size_t i = 0; i < std::min(unseen.size(), kMostNamed); ++i)
      names += (i == 0 ? "" : ", ") + Value(unseen[i].first).json() + " (" +
               std::to_string(unseen[i].second) + ")";
    if (unseen.size() > kMostNamed) names += " and others";
    console.warn("task '" + task.name + "': " + item.file + " has " + std::to_string(unseen.size()) +
                 (unseen.size() == 1 ? " label" : " labels") + " that the head does not know: " + names +
                 "; they count as wrong");
  }
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

void check_experiment(const Experiment& experiment, PluginCatalog& plugins, Console& console) {
  Prepared prepared = prepare(experiment, plugins, console);
  std::string text = encoder_text(prepared.encoder);
  for (const TaskPlan& plan : prepared.plans) text += task_text(plan, experiment, prepared.files);
  build_tasks(std::move(prepared.plans), experiment, prepared.files, prepared.encoder);
  if (prepared.training) {
    check_selectors(experiment.freeze, *prepared.encoder.model);
    text += freeze_table(prepared.training->policy, *prepared.encoder.model) + "\n";
  }
  console.say(text + "the experiment can run\n");
}

int run_experiment(const Experiment& experiment, const fs::path& directory, std::int64_t threads, bool resume,
                   PluginCatalog& plugins, Console& console) {
  Prepared prepared = prepare(experiment, plugins, console);
  Encoder& encoder = prepared.encoder;
  const RunLock lock(directory);
  if (resume) {
    check_same_config(directory, resolved(experiment, prepared));
    if (prepared.training && is_finished_run(directory)) {
      console.say("the run in " + directory.string() + " is finished; there is nothing to go on with\n");
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

  std::string text = encoder_text(encoder);
  std::vector<HeldOut> held_out;
  std::set<std::string> example_texts;
  bool has_closed_form = false;
  for (const TaskPlan& plan : prepared.plans) {
    if (const std::string& train = plan.files.train; !train.empty()) {
      const auto& texts = prepared.files.get(train).texts;
      example_texts.insert(texts.begin(), texts.end());
    }
    text += task_text(plan, experiment, prepared.files);
    has_closed_form = has_closed_form || plan.config->options.string("init") != "none";
    for (const std::string& test : test_files(experiment, *plan.config))
      held_out.push_back({static_cast<std::size_t>(&plan - prepared.plans.data()), plan.field(), test});
  }
  console.say(text);
  build_tasks(std::move(prepared.plans), experiment, prepared.files, encoder);
  warn_of_unseen_labels(with_dev(held_out, prepared), prepared.files, *encoder.model, console);
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
    save_trained_backbone(directory, *encoder.model, prepared.training->policy);
    console.say("trained " + std::to_string(outcome.steps) + " steps in " +
                formatted("%.1f", outcome.seconds) + " s" +
                (outcome.best.empty() ? "" : ", kept the best weights: " + outcome.best) + "\n");
  }
  save_heads(directory, *encoder.model);

  show(experiment, directory, encoder, inference, example_texts, console);

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
