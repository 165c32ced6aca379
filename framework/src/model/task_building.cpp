#include "model/task_building.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/isnan.h>
#include <ATen/ops/normal.h>

#include <algorithm>

#include "mtt/error.h"
#include "plugin/make_parts.h"

namespace mtt {
namespace {

constexpr double kRandomDeviation = 0.02;

std::string where(const TaskConfig& task, std::string_view key) {
  const std::string place = task.options.value(key).place().str();
  return (place.empty() ? "" : place + ": ") + "[tasks." + task.name + "] ";
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
    if (name.ends_with("bias"))
      tensor.zero_();
    else
      tensor.normal_(0, kRandomDeviation, generator);
  }
}

Reading reading_of(const TaskConfig& task, const Encoder& encoder) {
  Reading reading;
  reading.layer = task.options.integer("layer");
  try {
    reading.pooling = pooling_of(task.options.strings("pooling"));
  } catch (const Error& error) {
    throw Error(where(task, "pooling") + error.what());
  }
  const std::string& normalize = task.options.string("normalize");
  reading.normalize = normalize == "model" ? encoder.model->modules().normalizes() : normalize == "yes";
  return reading;
}

void check_plan(const TaskConfig& task, const Task& made, const Encoder& encoder) {
  try {
    encoder.model->feature_width(made.reading, made.head->level());
  } catch (const Error& error) {
    throw Error(where(task, "layer") + error.what());
  }
  if (made.head->level() == Level::token)
    for (const char* key : {"pooling", "normalize"})
      if (task.options.given(key))
        throw Error(where(task, key) + "'" + key + "' is for heads that read sentences; '" + made.plugin +
                    "' reads tokens");
  const std::string& init = task.options.string("init");
  const auto known = made.head->initialisations();
  if (init == "none" || std::find(known.begin(), known.end(), init) != known.end()) return;
  std::string list = "'none'";
  for (const std::string& method : known) list += ", '" + method + "'";
  throw Error(where(task, "init") + "init is " + Value(init).json() + "; the head '" + made.plugin +
              "' knows " + list);
}

void initialise(const TaskPlan& plan, const Examples& examples, const std::vector<Value>& labels,
                const Encoder& encoder, std::int64_t tokens_per_forward) {
  const at::NoGradGuard no_grad;
  Head& head = *plan.task.head;
  const Inference inference(*encoder.model, encoder.text_encoder(), 1, tokens_per_forward);
  std::vector<at::Tensor> features, targets;
  inference.for_each_batch(
      examples.texts, [&](const TokenBatch& batch, const std::vector<std::int64_t>& indices) {
        std::vector<Value> batch_labels;
        for (const std::int64_t i : indices) batch_labels.push_back(labels[i]);
        const at::Tensor target = head.prepare(batch_labels, batch);
        const at::Tensor known =
            target.is_floating_point() ? at::isnan(target).logical_not() : target.ne(Head::kNoTarget);
        const at::Tensor rows = known.nonzero().squeeze(1);
        const Encoding encoding = encoder.model->encode_for(plan.task.reading, head.level(), batch);
        features.push_back(
            (head.level() == Level::token ? encoding.tokens : encoding.sentences).index_select(0, rows));
        targets.push_back(target.index_select(0, rows));
      });
  head.initialise(plan.config->options.string("init"), at::cat(features), at::cat(targets));
}

}  // namespace

std::string TaskPlan::field() const {
  const std::string& given = config->options.string("field");
  return given.empty() ? config->name : given;
}

std::string TaskPlan::file(const Experiment& experiment, const std::string& which) const {
  const std::string& own = config->options.string(which);
  return own.empty() ? experiment.data.string(which) : own;
}

std::vector<TaskPlan> plan_tasks(const Experiment& experiment, const Encoder& encoder,
                                 PluginCatalog& plugins) {
  std::vector<TaskPlan> plans;
  for (const TaskConfig& config : experiment.tasks) {
    const HeadPlugin plugin = plugins.head(config.options.string("head"));
    TaskPlan plan{&config, read_head_options(config, plugin.options), {}};
    try {
      plan.task = {config.name, plugin.name, reading_of(config, encoder),
                   make_head(plugin, plan.head_options), false};
    } catch (const Error& error) {
      const std::string what = error.what();
      throw Error(what.find("[tasks.") == std::string::npos ? where(config, "head") + what : what);
    }
    check_plan(config, plan.task, encoder);
    plans.push_back(std::move(plan));
  }
  return plans;
}

void build_task(TaskPlan plan, const Examples* examples, Encoder& encoder, std::int64_t tokens_per_forward,
                std::int64_t seed) {
  const TaskConfig& config = *plan.config;
  Head& head = *plan.task.head;
  const std::string& init = config.options.string("init");
  if (init != "none" && !examples)
    throw Error(where(config, "init") + "init = \"" + init +
                "\" needs examples; give [data] or this task a train file");
  std::vector<Value> labels;
  if (examples) {
    labels = examples->labels(plan.field());
    const bool any =
        std::any_of(labels.begin(), labels.end(), [](const Value& v) { return !v.is(Value::Kind::null); });
    if (!any)
      throw Error(where(config, "field") + "no example has the key '" + plan.field() +
                  "'; name the key of its labels with field = \"...\"");
  }
  try {
    head.learn_labels(labels);
    head.build(encoder.model->feature_width(plan.task.reading, head.level()));
    randomise(head, stream_seed(seed, config.name));
    if (init != "none") initialise(plan, *examples, labels, encoder, tokens_per_forward);
  } catch (const Error& error) {
    throw Error("task '" + config.name + "': " + error.what());
  }
  plan.task.trained = init != "none";
  encoder.model->add(std::move(plan.task));
}

TaskScore score_task(std::size_t task, const std::string& field, const std::string& file,
                     const std::string& text_field, const Inference& inference, const MultiTaskModel& model) {
  const Examples examples = read_examples(file, text_field);
  const std::vector<Value> labels = examples.labels(field);
  TaskScore score{model.tasks()[task].name, file, 0, {}};
  for (const Value& label : labels) score.examples += !label.is(Value::Kind::null);
  if (score.examples == 0) throw Error("file '" + file + "' has no example with the key '" + field + "'");
  const auto result =
      inference.run(examples.texts, {.sentences = false, .predictions = true, .progress = {}});
  score.metrics = model.tasks()[task].head->score(result.predictions[task], labels);
  return score;
}

}  // namespace mtt
