#include "run/training.h"

#include <algorithm>
#include <iterator>

#include "eval/named_scores.h"
#include "freeze/frontier.h"
#include "model/adapters.h"
#include "model/parameter_name.h"
#include "mtt/error.h"
#include "plugin/make_parts.h"
#include "run/head_init.h"
#include "run/training_console.h"
#include "run/training_keys.h"
#include "train/metric_recorder.h"
#include "train/tensorboard_recorder.h"
#include "train/training_step.h"

namespace mtt {
namespace {

/// In the order of the files in `make_sources`.
std::vector<SourceSize> source_sizes(const TrainingPlan& plan, ExampleFiles& files) {
  std::vector<std::string> seen;
  std::vector<SourceSize> sizes;
  for (std::size_t t = 0; t < plan.files.size(); ++t) {
    const TaskFiles& task = plan.files[t];
    if (plan.settled[t]) continue;
    if (std::find(seen.begin(), seen.end(), task.train) != seen.end()) continue;
    seen.push_back(task.train);
    std::string name = std::filesystem::path(task.train).filename().string();
    const auto same = std::count_if(sizes.begin(), sizes.end(),
                                    [&](const SourceSize& other) { return other.name.starts_with(name); });
    if (same > 0) name += "#" + std::to_string(same + 1);
    sizes.push_back({std::move(name), static_cast<std::int64_t>(files.get(task.train).texts.size())});
  }
  return sizes;
}

void check_sampler(const Experiment& experiment, const Sampler& sampler, const GuardedWeighting& weighting) {
  if (weighting.by_gradients() && !sampler.every_source_in_a_step())
    experiment.weighting.value("method").refuse("the weighting '" + experiment.weighting.string("method") +
                                                "' needs every task in every step, but the sampler '" +
                                                experiment.sampler.string("method") +
                                                "' omits some; set method = \"all\" in [sampler]");
}

/// A score that cannot be there is refused before anything is trained.
void check_best(const Experiment& experiment, const std::vector<TaskPlan>& tasks,
                const std::vector<TaskFiles>& files) {
  const std::string& best = experiment.train.string("best");
  std::vector<std::string> names = {"mean"};
  std::size_t held_out = 0;
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    if (files[t].dev.empty()) continue;
    ++held_out;
    for (const Metric& metric : tasks[t].task.metrics())
      names.push_back(tasks[t].config->name + "." + metric.name);
  }
  if (held_out == 0) {
    for (const char* key : {"best", "patience"})
      if (experiment.train.given(key))
        experiment.train.value(key).refuse("[train] " + std::string(key) +
                                           " needs a validation set; set dev or dev_share in [data]");
    return;
  }
  if (held_out > 1) names.push_back(std::string(kAllTasks) + ".exact_match");
  if (std::find(names.begin(), names.end(), best) != names.end()) return;
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + Value(name).json();
  const std::string near = nearest(best, names);
  experiment.train.value("best").refuse(
      "[train] best is " + Value(best).json() +
      (near.empty() ? "; the scores are " + list : "; did you mean " + Value(near).json() + "?"));
}

/// Whether all that a head reads is frozen in every phase.
bool reads_frozen(const MultiTaskModel& model, const FreezePolicy& policy, const Task& task) {
  const std::int64_t read = task.reading.layer_in(model.backbone().shape().layers);
  const bool own_vector = task.reads_tokens() || task.reading.pooling;
  const auto trains = [&](const std::string& name) { return policy.ever_trains(name); };
  for (const auto& [name, tensor] : model.backbone().parameters())
    if (layer_of_parameter(name) < read && trains(std::string(kBackbonePrefix) + name)) return false;
  if (own_vector) return true;
  for (const auto& [name, tensor] : model.modules().parameters())
    if (trains(std::string(kModulesPrefix) + name)) return false;
  return true;
}

/// Whether a policy trains the encoder at all.
bool trains_below_heads(const MultiTaskModel& model, const FreezePolicy& policy) {
  for (const auto& [name, tensor] : model.backbone().parameters())
    if (policy.ever_trains(std::string(kBackbonePrefix) + name)) return true;
  return false;
}

/// For a task that reads frozen layers only, where others are trained.
std::string frozen_text(const Experiment& experiment, const TaskPlan& task, const MultiTaskModel& model,
                        bool settled) {
  return "task '" + task.config->name + "' reads layer " +
         std::to_string(task.task.reading.layer_in(model.backbone().shape().layers)) +
         ", and [freeze] policy \"" + experiment.freeze.string("policy") +
         "\" freezes all layers up to it. The encoder is not trained on the task, " +
         (settled ? "and its head stays the fitted probe" : "and only its head is trained") +
         "; read a higher layer or freeze fewer";
}

HeadsAtStart heads_at_start(const std::vector<TaskPlan>& tasks) {
  HeadsAtStart heads{.random = {}, .all_probes = true};
  for (const TaskPlan& task : tasks) {
    heads.all_probes = heads.all_probes && starts_at_optimum(task);
    const bool may_have_weights = task.task.convex() || !task.task.grouped();
    if (task.init == "none" && !task.start && may_have_weights) heads.random.push_back(task.config->name);
  }
  return heads;
}

void check_batch_size(const Experiment& experiment, const Task& task) {
  if (task.coupled() && experiment.train.integer("batch_size") < 2)
    experiment.train.value("batch_size")
        .refuse("[train] task '" + task.name +
                "' compares the examples of a step with each other, so a step of one example has no "
                "gradient; set batch_size to 2 or more");
}

}  // namespace

TrainingPlan plan_training(const Experiment& experiment, const std::vector<TaskPlan>& tasks,
                           ExampleFiles& files, Encoder& encoder, PluginCatalog& plugins) {
  TrainingPlan plan;
  plan.settings = TrainSettings::read(experiment.train);
  plan.cache = CacheSettings::read(experiment.cache);
  plan.seed = static_cast<std::uint64_t>(experiment.run.integer("seed"));
  plan.normalize_weights = experiment.weighting.boolean("normalize");
  std::vector<std::string> names;
  std::vector<WeightedTask> weighted;
  for (const TaskPlan& task : tasks) {
    check_batch_size(experiment, task.task);
    names.push_back(task.config->name);
    weighted.push_back({task.config->name, task.task.loss_kind()});
    plan.files.push_back({task.field(), task.files.train, task.files.dev});
    if (plan.files.back().train.empty())
      throw Error("task '" + task.config->name +
                  "' has no training set; set train in [data] or in the task's table");
  }
  GuardedBackbone& backbone = encoder.model->backbone();
  plan.policy =
      FreezePolicy::from(experiment.freeze, own_layers(backbone.parameters()), names, heads_at_start(tasks));
  add_adapters(backbone, plan.policy.adapters, experiment.run.integer("seed"));
  if (plan.settings.epochs == 0) plan.policy.phases = {{"nothing", 0, {{"*", false}}}};
  for (const TaskPlan& task : tasks) {
    const bool frozen = reads_frozen(*encoder.model, plan.policy, task.task);
    plan.settled.push_back(plan.settings.epochs == 0 || (starts_at_optimum(task) && frozen));
    if (frozen && trains_below_heads(*encoder.model, plan.policy))
      plan.warnings.push_back(frozen_text(experiment, task, *encoder.model, plan.settled.back()));
  }
  for (std::size_t t = 0; t < names.size(); ++t)
    if (plan.settled[t])
      for (Phase& phase : plan.policy.phases)
        phase.rules.push_back({std::string(kHeadsPrefix) + names[t], false});
  WeightingPlugin plugin;
  try {
    plugin = plugins.weighting(experiment.weighting.string("method"));
  } catch (const Error& error) {
    experiment.weighting.value("method").refuse(std::string("[weighting] ") + error.what());
  }
  const Options options = read_weighting_options(experiment, plugin.options);
  plan.weighting_options = options.resolved();
  plan.weighting = std::make_unique<GuardedWeighting>(make_weighting(plugin, options), plugin.name);
  plan.weighting->begin(weighted);
  check_best(experiment, tasks, plan.files);
  const std::vector<SourceSize> sizes = source_sizes(plan, files);
  if (sizes.empty()) return plan;
  plan.sampler.emplace(SamplerSettings::read(experiment.sampler), sizes, plan.settings.batch_size,
                       plan.settings.steps_per_epoch, plan.settings.epochs, plan.seed);
  check_sampler(experiment, *plan.sampler, *plan.weighting);
  return plan;
}

std::vector<TrainingSource> make_sources(const TrainingPlan& plan, ExampleFiles& files,
                                         const Encoder& encoder, std::int64_t threads) {
  std::vector<TrainingSource> sources;
  const TextEncoder text_encoder = encoder.text_encoder();
  for (std::size_t t = 0; t < plan.files.size(); ++t) {
    if (plan.settled[t]) continue;
    const std::string& file = plan.files[t].train;
    const Task& task = encoder.model->tasks()[t];
    auto source = std::find_if(sources.begin(), sources.end(), [&](const TrainingSource& other) {
      return other.file == file && other.joint == task.joint(true);
    });
    if (source == sources.end()) {
      source = sources.insert(sources.end(), TrainingSource());
      source->file = file;
      source->joint = task.joint(true);
      source->transforms = task.transforms();
      source->texts = files.get(file).texts;
    }
    if (task.reads_pairs()) source->second_texts = files.get(file).partners;
    if (task.reads().negatives) source->negatives = files.get(file).negatives();
    source->tasks.push_back(t);
    source->labels.push_back(files.get(file).labels(plan.files[t].field));
  }
  for (TrainingSource& source : sources) source.tokenize(text_encoder, threads);
  return sources;
}

std::vector<HeldOut> dev_files(const TrainingPlan& plan) {
  std::vector<HeldOut> files;
  for (std::size_t t = 0; t < plan.files.size(); ++t)
    if (!plan.files[t].dev.empty()) files.push_back({t, plan.files[t].field, plan.files[t].dev});
  return files;
}

void check_selectors(const Options& freeze, const MultiTaskModel& model) {
  std::vector<std::string> names;
  for (const auto& [name, tensor] : model.parameters()) names.push_back(name);
  check_selectors(freeze, names);
}

void check_trainable(const Experiment& experiment, const TrainingPlan& plan, const MultiTaskModel& model) {
  if (plan.trains_nothing()) return;
  const auto parameters = model.parameters();
  for (const Phase& phase : plan.policy.phases) {
    if (phase.first_epoch > 0 && phase.first_epoch >= plan.settings.epochs) continue;
    if (std::any_of(parameters.begin(), parameters.end(),
                    [&](const auto& parameter) { return phase.trains(parameter.name); }))
      continue;
    const bool settled = std::find(plan.settled.begin(), plan.settled.end(), true) != plan.settled.end();
    experiment.freeze.value("policy").refuse(
        "[freeze] no parameter is trainable with policy " + Value(experiment.freeze.string("policy")).json() +
        (phase.first_epoch > 0 ? " from epoch " + std::to_string(phase.first_epoch + 1) + " on" : "") +
        (settled ? "; fitted heads on frozen layers are not trained" : "") + "; choose another policy");
  }
}

TrainingOutcome run_training(const Experiment& experiment, TrainingPlan& plan, ExampleFiles& files,
                             Encoder& encoder, Session& session, HeadScales feature_rms, Value probes,
                             const std::filesystem::path& directory, std::int64_t threads, bool resume,
                             Messages& messages) {
  check_selectors(experiment.freeze, *encoder.model);
  check_trainable(experiment, plan, *encoder.model);
  const std::vector<HeldOut> held_out = dev_files(plan);
  TrainingJob job{.settings = plan.settings,
                  .cache = plan.cache,
                  .seed = plan.seed,
                  .normalize_weights = plan.normalize_weights,
                  .model = *encoder.model,
                  .policy = plan.policy,
                  .sources = make_sources(plan, files, encoder, threads),
                  .weighting = *plan.weighting,
                  .directory = directory,
                  .threads = threads,
                  .sampler = *plan.sampler,
                  .model_key = model_key(encoder),
                  .data_key = {},
                  .held_out_key = held_out_key(held_out, files),
                  .feature_rms = std::move(feature_rms),
                  .probes = std::move(probes)};
  job.data_key = data_key(job.sources);
  if (!held_out.empty()) {
    job.evaluate = [&, held_out] {
      Evaluation evaluation;
      for (const TaskScore& score : score_tasks(held_out, files, session))
        for (const Metric& metric : score.metrics) {
          const std::string name = score.task + "." + metric.name;
          evaluation.scores.emplace_back(name, metric.value);
          if (!metric.higher_is_better) evaluation.lower_is_better.insert(name);
        }
      return evaluation;
    };
  }
  MetricRecorder metrics(directory / "metrics.jsonl");
  TensorBoardRecorder scalars(directory / "events");
  TrainingConsole lines(messages);
  job.observers = {&metrics, &scalars, &lines};
  TrainingOutcome outcome = train(std::move(job), resume);
  if (outcome.signal == 0)
    for (Task& task : encoder.model->tasks()) task.trained = true;
  return outcome;
}

}  // namespace mtt
