#include "run/task_building.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/normal.h>

#include <algorithm>

#include "experiment/task_examples.h"
#include "model/parameter_name.h"
#include "mtt/error.h"
#include "plugin/make_parts.h"
#include "run/head_fitting.h"
#include "run/head_init.h"
#include "run/pair_problem.h"
#include "run/warm_start.h"

namespace mtt {
namespace {

constexpr double kRandomDeviation = 0.02;

[[noreturn]] void refuse(const TaskConfig& task, std::string_view key, const std::string& what) {
  task.options.value(key).refuse("[tasks." + task.name + "] " + what);
}

std::uint64_t stream_seed(std::int64_t seed, const std::string& name) {
  std::uint64_t hash = 0xcbf29ce484222325u ^ static_cast<std::uint64_t>(seed);
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return hash;
}

void randomise(nn::Module& module, std::uint64_t seed) {
  const at::NoGradGuard no_grad;
  auto generator = at::detail::createCPUGenerator(seed);
  for (auto& [name, tensor] : module.parameters()) {
    if (is_bias(name))
      tensor.zero_();
    else
      tensor.normal_(0, kRandomDeviation, generator);
  }
}

/// Training examples that no task reads, and training of no task.
void check_has_tasks(const Experiment& experiment) {
  if (!experiment.tasks.empty()) return;
  const std::string add = "; add a table [tasks.<name>] with a head";
  if (experiment.data.given("train"))
    experiment.data.value("train").refuse("[data] has training examples, but there is no task" + add);
  if (experiment.trains)
    experiment.source.find("train")->refuse("[train] is set, but there is no task to train" + add);
}

HeadPlugin find_head(const TaskConfig& task, PluginCatalog& plugins) {
  try {
    return plugins.head(task.options.string("head"));
  } catch (const Error& error) {
    refuse(task, "head", error.what());
  }
}

Reading reading_of(const TaskConfig& task, const Encoder& encoder) {
  Reading reading;
  reading.layer = task.options.integer("layer");
  try {
    reading.pooling = pooling_of(task.options.strings("pooling"), encoder.directory.pooling.include_prompt);
  } catch (const Error& error) {
    refuse(task, "pooling", error.what());
  }
  const std::string& normalize = task.options.string("normalize");
  reading.normalize = normalize == "model" ? encoder.model->modules().normalizes() : normalize == "yes";
  return reading;
}

/// The ids that a backbone with this tokenizer reads.
Vocabulary vocabulary_of(const Encoder& encoder) {
  return {.size = std::min(encoder.directory.tokenizer->vocabulary_size(),
                           encoder.model->backbone().shape().vocabulary),
          .mask = encoder.directory.mask};
}

void check_transform(const TaskConfig& task, const Task& made, const Encoder& encoder) {
  if (!made.transforms()) return;
  const std::string head = "the head '" + made.plugin + "' transforms its inputs";
  if (made.grouped() || made.coupled() || made.convex() || !made.initialisations().empty())
    refuse(task, "head",
           head +
               ", so it must not read groups, be coupled or convex, or have closed forms; the plugin is "
               "wrong");
  if (!task.options.string("field").empty())
    refuse(task, "field", head + " and makes its own targets; leave 'field' out");
  const Vocabulary vocabulary = vocabulary_of(encoder);
  if (vocabulary.mask < 0 || vocabulary.mask >= vocabulary.size)
    refuse(task, "head",
           head + " and needs a mask token, and the tokenizer of the model '" +
               encoder.directory.path.string() + "' has none; use a model that was pretrained with one");
}

void check_plan(const TaskConfig& task, const Task& made, const Experiment& experiment,
                const Encoder& encoder) {
  try {
    encoder.model->token_width(made.reading);
  } catch (const Error& error) {
    refuse(task, "layer", error.what());
  }
  for (const char* key : {"pooling", "normalize"}) {
    const bool unchanged =
        task.options.value(key).json() == (key == std::string_view("pooling") ? "[\"model\"]" : "\"model\"");
    if (made.reads_tokens() && !unchanged)
      refuse(
          task, key,
          "'" + std::string(key) + "' is for heads that read sentences; '" + made.plugin + "' reads tokens");
  }
  if (task.options.string("pair") == "joint") {
    if (made.grouped())
      refuse(task, "pair",
             "pair = \"joint\" is for heads that read one input, and '" + made.plugin +
                 "' compares two; remove 'pair', or use another head");
    if (!experiment.backbone.string("prompt").empty())
      refuse(
          task, "pair",
          "pair = \"joint\" and [backbone] prompt exclude each other: a cross-encoder reads pairs without a "
          "prompt; remove one");
  }
  if (!made.reads_tokens() && !task.options.strings("tags").empty())
    refuse(task, "tags",
           "'tags' names the tags of tokens, for heads that read tokens; '" + made.plugin +
               "' reads sentences and has labels");
}

bool has_label(const std::vector<Value>& labels) {
  return std::any_of(labels.begin(), labels.end(), [](const Value& v) { return !v.is(Value::Kind::null); });
}

std::string keys_of(const Examples& examples) {
  std::string keys;
  for (const auto& [key, value] : examples.rows.front().table())
    keys += (keys.empty() ? "" : ", ") + Value(key).json();
  return keys;
}

/// Pairs alone may teach a head; whether they do is for the head to say, unless a key is named.
bool needs_label(const TaskPlan& plan, bool trains) {
  if (plan.init != "none") return true;
  return trains && (!plan.task.grouped() || !plan.config->options.string("field").empty());
}

/// A head that transforms its inputs has no labels.
std::vector<Value> labels_of(const TaskPlan& plan, const Examples& examples, bool trains) {
  if (plan.task.transforms()) return std::vector<Value>(examples.texts.size());
  std::vector<Value> labels = examples.labels(plan.field());
  if (!has_label(labels) && needs_label(plan, trains))
    refuse(*plan.config, "field",
           "no example has the key " + Value(plan.field()).json() + ", the first line has " +
               keys_of(examples) + "; name the key of its labels with field = \"...\"");
  return labels;
}

}  // namespace

std::string TaskPlan::field() const { return label_field(*config); }

std::vector<TaskPlan> plan_tasks(const Experiment& experiment, const Encoder& encoder,
                                 PluginCatalog& plugins) {
  check_has_tasks(experiment);
  std::vector<TaskPlan> plans;
  for (const TaskConfig& config : experiment.tasks) {
    const HeadPlugin plugin = find_head(config, plugins);
    TaskPlan plan{&config, read_head_options(config, plugin.options), {}, {}};
    try {
      plan.task = {
          config.name, plugin.name,        reading_of(config, encoder), make_head(plugin, plan.head_options),
          false,       plugin.problem_type};
    } catch (const Error& error) {
      const std::string what = error.what();
      if (what.find("[tasks.") == std::string::npos) refuse(config, "head", what);
      throw;
    }
    if (config.options.string("pair") == "joint") plan.task.input = InputKind::joint;
    check_plan(config, plan.task, experiment, encoder);
    check_transform(config, plan.task, encoder);
    check_init(config, plan.task);
    const bool has_examples = !train_file(experiment, config).empty();
    plan.init = chosen_init(config, plan.task, has_examples);
    if (const std::string& init = config.options.string("init"); plan.init != "none" && !has_examples)
      refuse(config, "init", "init = \"" + init + "\" needs examples; set train in [data] or in this table");
    plans.push_back(std::move(plan));
  }
  return plans;
}

void check_transforms(const std::vector<TaskPlan>& plans, const Experiment& experiment) {
  for (const TaskPlan& plan : plans) {
    const std::string& train = train_file(experiment, *plan.config);
    if (!plan.task.transforms() || train.empty()) continue;
    for (const TaskPlan& other : plans)
      if (&other != &plan && train_file(experiment, *other.config) == train)
        throw Error("task '" + plan.config->name + "' is trained on '" + train + "' as task '" +
                    other.config->name + "' is, and the head '" + plan.task.plugin +
                    "' transforms the inputs; give one of them a file of its own with train = \"...\"");
  }
}

void check_pairs(const std::vector<TaskPlan>& plans, const Experiment& experiment, ExampleFiles& files) {
  for (const TaskPlan& plan : plans) {
    const auto problems = pair_problems(experiment, *plan.config, plan.task, plan.files, files);
    if (!problems.empty()) throw Error(problems.front());
    if (plan.task.reads().negatives && !plan.files.train.empty()) files.get(plan.files.train).negatives();
  }
}

std::vector<HeadStart> build_tasks(std::vector<TaskPlan> plans, const Experiment& experiment,
                                   ExampleFiles& files, Encoder& encoder, const FittingSettings* fitting) {
  for (TaskPlan& plan : plans) {
    const std::string& file = plan.files.train;
    const std::vector<Value> labels =
        file.empty() ? std::vector<Value>() : labels_of(plan, files.get(file), experiment.trains);
    try {
      plan.task.learn_labels(labels);
    } catch (const Error&) {
      if (!file.empty()) throw;
      refuse(
          *plan.config, "head",
          "there are no training examples; set their file with train = \"...\" in [data] or in this table");
    }
    if (plan.task.transforms()) plan.task.learn_vocabulary(vocabulary_of(encoder));
    plan.task.build(encoder.model->feature_width(plan.task));
    randomise(plan.task.module(), stream_seed(experiment.run.integer("seed"), plan.config->name));
    if (plan.start) start_head_from(plan.task, *plan.start);
  }
  std::vector<HeadStart> starts;
  if (fitting) starts = fit_heads(plans, experiment, files, encoder, *fitting);
  for (TaskPlan& plan : plans) encoder.model->add(std::move(plan.task));
  return starts;
}

}  // namespace mtt
