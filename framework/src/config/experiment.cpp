#include "config/experiment.h"

#include <cstdlib>

#include "config/task_name.h"
#include "config/toml.h"
#include "freeze/freeze_policy.h"
#include "io/file.h"
#include "io/model_cache.h"
#include "mtt/error.h"
#include "train/sampler.h"
#include "train/schedule.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostFileBytes = 16u << 20;  // the parser's own, lower limit names the size
constexpr std::string_view kDataVariable = "${MTT_DATA}";

const std::vector<std::string> kPoolings = {"model",         "cls",          "mean",     "max",
                                            "mean_sqrt_len", "weightedmean", "lasttoken"};

OptionList top_options() {
  return OptionList()
      .string("name", "", "The experiment's name; empty: the name of the file.")
      .strings("plugin_path", std::vector<std::string>{},
               "Folders that are searched for plugins before all others.")
      .table("backbone", "The shared encoder.")
      .table("data", "The examples that all tasks share.")
      .table("tasks", "One table a task.")
      .table("train", "How encoder and heads are trained; without this table the heads are only fitted.")
      .table("freeze", "Which parameters are trainable, and when.")
      .table("weighting", "How the tasks' losses are balanced.")
      .table("sampler", "Which examples a step takes.")
      .table("cache", "Whether activations of frozen layers are kept.")
      .table("show", "The sentences that the run shows.")
      .table("run", "How and where it runs.")
      .table("sweep", "What `mtt sweep` varies; `mtt run` leaves it alone.");
}

OptionList backbone_options() {
  return OptionList()
      .string("model", std::nullopt,
              "The name of a model in the local caches, or a directory (beginning with '/', './', '../' or "
              "'${MTT_DATA}').")
      .string("plugin", "auto", "The backbone plugin; auto: the one that serves the model's model_type.")
      .choices("pooling", std::vector<std::string>{"model"}, kPoolings,
               "How tokens become a sentence: model (what the model's directory says), or one or several "
               "poolings, "
               "concatenated.")
      .choice("normalize", "model", {"model", "yes", "no"},
              "Whether sentence vectors are divided by their length; model: what the model's directory says.")
      .integer("max_tokens", 0, 0, 1'000'000,
               "Longer sentences are cut to this many tokens; 0: the model's own limit.")
      .string("prompt", "",
              "A prompt of the model by its name, or the text of a prompt, put before every sentence.")
      .table("options", "Options of the backbone plugin.");
}

OptionList data_options() {
  return OptionList()
      .string("train", "",
              "Labelled examples that the heads learn from: .jsonl, .csv, .tsv, or CoNLL (.conll, .txt).")
      .string("dev", "", "The validation set, for model selection and early stopping.")
      .number("dev_share", 0, 0, 0.5,
              "Without a dev file, this share of each training file is held out instead.")
      .integer("train_examples", 0, 0, std::nullopt,
               "So many examples of each training file are drawn, after those of dev_share; 0: all. The same "
               "run.seed draws the same, and among more those of fewer.")
      .strings("test", std::vector<std::string>{},
               "Held-out examples that score the heads; of several files each is scored by itself.")
      .boolean("drop_overlap", false,
               "Training examples that share a sentence, but for case and white space, with a dev or test "
               "file of any task are left out.")
      .string(
          "text", "text",
          "The key (of a table: the column) that holds the sentence, or, in JSONL, an array of tokens, which "
          "are joined by single spaces.")
      .string("text_pair", "text_pair", "The key that holds the second sentence of a pair.");
}

OptionList task_options() {
  return OptionList()
      .string("head", std::nullopt, "The head plugin.")
      .string("field", "", "The key of a line that holds this task's label; empty: the task's name.")
      .string("text", "", "The key that holds this task's sentence; empty: that of [data].")
      .string("text_pair", "",
              "The key that holds the second sentence of this task's pairs; empty: that of [data].")
      .strings("tags", std::vector<std::string>{},
               "The names of integer tags, from 0 up, where a label has one tag for each token: [\"O\", "
               "\"B-person\", ...].")
      .string("train", "", "This task's own examples; empty: those of [data].")
      .string("dev", "", "This task's own validation set; empty: that of [data].")
      .number("dev_share", 0, 0, 0.5,
              "The share of this task's training file that is held out; 0: as [data].")
      .integer("train_examples", 0, 0, std::nullopt,
               "So many examples of this task's training file are drawn; 0: as [data].")
      .strings("test", std::vector<std::string>{},
               "This task's own held-out examples; empty: those of [data].")
      .choices("pooling", std::vector<std::string>{"model"}, kPoolings,
               "The pooling that a sentence head reads; model: the pooling and dense layers of [backbone].")
      .choice("normalize", "model", {"model", "yes", "no"},
              "Whether a sentence head reads vectors divided by their length; model: as [backbone].")
      .integer("layer", -1, -1, 10'000,
               "The layer that the head reads: 0 the embeddings, 1 the first layer; -1: the last.")
      .string(
          "init", "auto",
          "The head's first weights: logistic (the optimum of its own loss with an L2 penalty), another "
          "method "
          "of the head (ridge, class_means), none (random), or auto: logistic where the loss is convex, else "
          "ridge or another closed form, else none.")
      .number_or("penalty", {"auto"}, 1e-12, 1e12,
                 "The probe's penalty as scikit-learn's C; auto: chosen from five values by the loss on the "
                 "validation set, or on a held-out fifth of the training examples.");
}

OptionList train_options() {
  return OptionList()
      .integer("epochs", 3, 1, 1'000'000, "How many epochs.")
      .integer("steps_per_epoch", 0, 0, 1'000'000'000,
               "Optimizer steps of an epoch; 0: as many as the sampler needs for all examples.")
      .integer("batch_size", 32, 1, 1'000'000,
               "Examples that a step takes of each training file (or in all, where the sampler draws one).")
      .integer("tokens_per_forward", 1024, 1, 1 << 20,
               "Approximate number of tokens per micro-batch, whose gradients are accumulated; memory "
               "depends on it, results do not (up to rounding and dropout).")
      .number("learning_rate", 5e-5, 0, 1e3, "Learning rate of the topmost encoder layer.")
      .number_or(
          "head_learning_rate", {"auto"}, 0, 1e3,
          "Learning rate of heads and adapters; auto: 0.001 for adapters, and for a head 0.001 divided by "
          "the root mean square of the values that it reads.")
      .table("learning_rates", "Selector = rate, for parameters that differ; the last one that selects wins.")
      .number("layer_decay", 1, 0, 1, "Each layer learns at this multiple of the rate of the layer above.")
      .number("weight_decay", 0.01, 0, 10, "AdamW's; biases and normalisations are not decayed.")
      .number("beta1", 0.9, 0, 0.999999, "AdamW's.")
      .number("beta2", 0.999, 0, 0.9999999, "AdamW's.")
      .number("epsilon", 1e-8, 1e-30, 1, "AdamW's.")
      .choice("schedule", "linear", Schedule::names(), "How the learning rate falls after the warm-up.")
      .number("warm_up", 0.06, 0, 1, "The share of all steps over which the learning rate rises.")
      .number("clip_norm", 1, 0, 1e9,
              "Gradients of a larger norm, over all parameters, are scaled down to it; 0: never.")
      .number("dropout", -1, -1, 0.99, "The backbone's dropout; -1: what the model's config.json says.")
      .integer("evaluate_every", 0, 0, 1'000'000'000, "Steps between scores on [data] dev; 0: once an epoch.")
      .string("best", "mean",
              "The score that decides which weights are kept: \"mean\" of the tasks' main metrics, or "
              "\"<task>.<metric>\".")
      .integer("patience", 0, 0, 1'000'000,
               "Ends after so many evaluations without a better score; 0: never.")
      .integer("save_every", 0, 0, 1'000'000'000, "Steps between checkpoints; 0: once an epoch.")
      .integer("statistics_every", 0, 0, 1'000'000'000,
               "Steps between logs of the tasks' gradient norms and cosines; 0: never.");
}

OptionList weighting_options() {
  return OptionList()
      .string("method", "equal", "The weighting plugin; its own options stand in the same table.")
      .boolean("normalize", true,
               "Whether weights are scaled to sum to the number of tasks, so that methods do not differ in "
               "the overall size of the loss.");
}

OptionList cache_options() {
  return OptionList()
      .choice("where", "memory", {"none", "memory", "disk"},
              "Where the outputs of frozen layers are kept, so that they are computed once per text.")
      .integer("limit_mb", 1024, 1, 1 << 30, "Texts beyond so many MB are computed anew each time.")
      .string("directory", "", "Folder of a disk cache; empty: the run's. Later runs find it again.");
}

OptionList show_options() {
  return OptionList()
      .strings("sentences", std::vector<std::string>{}, "Sentences to encode, compare and predict.")
      .string("file", "", "A text file with more such sentences, one a line.");
}

OptionList run_options() {
  return OptionList()
      .string("out", "", "The run's directory; empty: runs/<name> in the working directory.")
      .string("init_from", "",
              "The directory of another run whose weights this one starts from: the encoder's, and those of "
              "heads of the same task; empty: the pretrained encoder.")
      .integer("seed", 1, 0, std::nullopt, "The seed of all random draws.")
      .integer("threads", 0, 0, 1024,
               "Threads in all; 0: one for each processor. MTT_THREADS and --threads go before it.")
      .integer("tokens_per_forward", 512, 1, 1 << 20,
               "Texts are cut into forwards of about this many tokens; results do not depend on it beyond "
               "rounding.")
      .boolean("save_predictions", false,
               "Whether the predictions for the test sets are saved, with texts and labels, in "
               "test_predictions/ of the run's directory.");
}

OptionList sweep_options() {
  return OptionList()
      .integer("seeds", 5, 1, 1000, "How many seeds: run.seed, and those that follow it.")
      .table(
          "arms",
          "What is compared: one table an arm, [sweep.arms.<name>], with the keys in which it differs from "
          "the file.")
      .table(
          "grid",
          "Where it is compared: for each key an array of values; all arms run at all combinations. Without "
          "arms the combinations are what is compared.")
      .string("baseline", "", "The arm from which differences are told; empty: the first.")
      .strings("metrics", std::vector<std::string>{},
               "The scores of the table, \"<task>.<metric>\"; empty: each task's main one.");
}

bool is_model_path(const std::string& model) {
  return model.starts_with("/") || model.starts_with("./") || model.starts_with("../") || model == "." ||
         model == ".." || model.starts_with("${");
}

/// What a relative path is relative to.
fs::path base_of(const Value& path, const fs::path& folder) {
  const auto& source = path.place().source;
  return source && source->starts_with(kSetOption) ? fs::current_path() : folder;
}

void make_absolute(Value& path, const fs::path& folder) {
  if (!path.is(Value::Kind::string) || path.string().empty()) return;
  std::string text = path.string();
  const std::size_t variable = text.find(kDataVariable);
  if (variable != std::string::npos) {
    const char* data = std::getenv("MTT_DATA");
    if (data == nullptr || *data == '\0') {
      path.refuse(
          "${MTT_DATA} is used, but the environment variable MTT_DATA is not set; "
          "set it to the folder of the data sets");
    }
    text.replace(variable, kDataVariable.size(), data);
  }
  path = Value((base_of(path, folder) / text).lexically_normal().string()).placed(path.place());
}

void make_all_absolute(Value& paths, const fs::path& folder) {
  make_absolute(paths, folder);
  if (paths.is(Value::Kind::array))
    for (Value& path : paths.array()) make_absolute(path, folder);
}

void make_absolute(Value* table, std::initializer_list<const char*> keys, const fs::path& folder) {
  if (!table || !table->is(Value::Kind::table)) return;
  for (const char* key : keys)
    if (Value* path = table->find(key)) make_all_absolute(*path, folder);
}

void make_paths_absolute(Value& config, const fs::path& folder) {
  make_absolute(&config, {"plugin_path"}, folder);
  make_absolute(config.find("data"), {"train", "dev", "test"}, folder);
  make_absolute(config.find("show"), {"file"}, folder);
  make_absolute(config.find("cache"), {"directory"}, folder);
  make_absolute(config.find("run"), {"out", "init_from"}, folder);
  if (Value* tasks = config.find("tasks"); tasks && tasks->is(Value::Kind::table))
    for (auto& entry : tasks->table()) make_absolute(&entry.value, {"train", "dev", "test"}, folder);
  Value* backbone = config.find("backbone");
  Value* model = backbone && backbone->is(Value::Kind::table) ? backbone->find("model") : nullptr;
  if (model && model->is(Value::Kind::string) && is_model_path(model->string()))
    make_absolute(*model, folder);
}

/// A directory that is meant, but looks like the name of a model.
void check_model_name(const Value& config, const fs::path& folder) {
  const Value* backbone = config.find("backbone");
  const Value* model = backbone && backbone->is(Value::Kind::table) ? backbone->find("model") : nullptr;
  if (!model || !model->is(Value::Kind::string) || is_model_path(model->string())) return;
  const std::string& name = model->string();
  std::error_code error;
  if (name.empty() || !fs::is_directory(base_of(*model, folder) / name, error)) return;
  try {
    find_model(name);
  } catch (const Error&) {
    model->refuse("no model of the name " + Value(name).json() +
                  " is on this machine, but there is a directory; write \"./" + name + "\" for it");
  }
}

TaskConfig read_task(const std::string& name, const Value& table) {
  check_task_name(name, table);
  TaskConfig task{name, {}, Value(Value::Table{})};
  const OptionList declared = task_options();
  Value common{Value::Table{}};
  common.placed(table.place());
  task.head.placed(table.place());
  for (const auto& [key, value] : table.table()) (declared.find(key) ? common : task.head).set(key, value);
  if (!table.find("head")) {
    for (const auto& [key, value] : task.head.table())
      if (nearest(key, {"head"}) == "head")
        value.refuse("unknown key " + Value(key).json() + " in [tasks." + name + "]; did you mean 'head'?");
  }
  task.options = Options::read(declared, common, "[tasks." + name + "]");
  return task;
}

void read_weighting(const Value& table, Experiment& experiment) {
  const OptionList declared = weighting_options();
  Value common{Value::Table{}};
  common.placed(table.place());
  experiment.weighting_own.placed(table.place());
  if (!table.is(Value::Kind::null))
    for (const auto& [key, value] : table.table())
      (declared.find(key) ? common : experiment.weighting_own).set(key, value);
  experiment.weighting = Options::read(declared, common, "[weighting]");
}

}  // namespace

std::vector<Section> experiment_sections() {
  return {
      {"", "The experiment as a whole.", top_options()},
      {"backbone", "The shared encoder.", backbone_options()},
      {"data", "Examples that all tasks share; a line may lack the labels of some tasks.", data_options()},
      {"tasks.<name>", "A task; the options of its head stand in the same table.", task_options()},
      {"train", "How encoder and heads are trained; without this table the heads are only fitted.",
       train_options()},
      {"freeze", "Which parameters are trainable, and when.", freeze_options()},
      {"weighting", "How the tasks' losses are balanced; the options of the method stand in the same table.",
       weighting_options()},
      {"sampler", "Which examples a step takes.", sampler_options()},
      {"cache", "Whether activations of frozen layers are kept.", cache_options()},
      {"show", "Sentences that the run shows.", show_options()},
      {"run", "How and where it runs.", run_options()},
      {"sweep", "What `mtt sweep` varies.", sweep_options()},
  };
}

std::string tables_with(std::string_view key) {
  std::string tables;
  for (const Section& section : experiment_sections())
    if (!section.name.empty() && section.options.find(key))
      tables += (tables.empty() ? "[" : " or [") + section.name + "]";
  return tables;
}

Override for_command_line(const Override& change, const fs::path& file) {
  Value config{Value::Table{}};
  apply_override(config, change);
  make_paths_absolute(config, fs::absolute(file).lexically_normal().parent_path());
  const std::string key = change.assignment.substr(0, change.assignment.find('='));
  const Value* value = &config;
  for (std::size_t begin = 0; begin <= key.size();) {
    const std::size_t end = std::min(key.find('.', begin), key.size());
    value = &value->at(key.substr(begin, end - begin));
    begin = end + 1;
  }
  return {key + "=" + toml_value_text(*value), change.origin};
}

Experiment Experiment::read(const fs::path& file, const std::vector<Override>& overrides) {
  Experiment experiment;
  experiment.file = fs::absolute(file).lexically_normal();
  Value config = parse_toml(read_file(file, kMostFileBytes), file.string());
  for (const Override& change : overrides) apply_override(config, change);
  check_model_name(config, experiment.file.parent_path());
  make_paths_absolute(config, experiment.file.parent_path());

  const Value nothing;
  const auto table = [&](std::string_view key) -> const Value& {
    const Value* found = config.find(key);
    return found ? *found : nothing;
  };
  experiment.top = Options::read(top_options(), config, "the file");
  if (!config.find("backbone"))
    throw Error(file.string() +
                ": there is no [backbone]; begin with [backbone] and model = \"all-MiniLM-L6-v2\"");
  experiment.backbone = Options::read(backbone_options(), table("backbone"), "[backbone]");
  experiment.data = Options::read(data_options(), table("data"), "[data]");
  experiment.trains = config.find("train") != nullptr;
  if (!experiment.trains) {
    for (const char* key : {"freeze", "weighting", "sampler", "cache"})
      if (const Value* given = config.find(key))
        given->refuse("[" + std::string(key) + "] is about training, and there is no [train]; add one");
  }
  experiment.train = Options::read(train_options(), table("train"), "[train]");
  experiment.freeze = Options::read(freeze_options(), table("freeze"), "[freeze]");
  experiment.sampler = Options::read(sampler_options(), table("sampler"), "[sampler]");
  experiment.cache = Options::read(cache_options(), table("cache"), "[cache]");
  read_weighting(table("weighting"), experiment);
  experiment.show = Options::read(show_options(), table("show"), "[show]");
  experiment.run = Options::read(run_options(), table("run"), "[run]");
  experiment.sweep = Options::read(sweep_options(), table("sweep"), "[sweep]");
  if (const Value* tasks = config.find("tasks")) {
    for (const auto& [name, value] : tasks->table()) {
      if (!value.is(Value::Kind::table))
        value.refuse("'tasks." + name + "' is the " + std::string(kind_name(value.kind())) + " " +
                     value.json() + "; expected a table [tasks." + name + "]");
      experiment.tasks.push_back(read_task(name, value));
    }
  }
  experiment.source = std::move(config);
  return experiment;
}

Options read_weighting_options(const Experiment& experiment, const OptionList& plugin_options) {
  OptionList both = weighting_options();
  both.append(plugin_options);
  Value all = experiment.weighting_own;
  for (const auto& [key, value] : experiment.weighting.resolved().table())
    if (experiment.weighting.given(key)) all.set(key, value);
  for (const TaskConfig& task : experiment.tasks)
    if (const Value* weight = experiment.weighting_own.find(task.name);
        weight && !plugin_options.find(task.name))
      weight->refuse("[weighting] has no key for a task; write weights = { " + task.name +
                     " = ... } with method = \"static\"");
  return Options::read(both, all, "[weighting]").subset(plugin_options);
}

std::string Experiment::name() const {
  const std::string& given = top.string("name");
  return given.empty() ? file.stem().string() : given;
}

Options read_head_options(const TaskConfig& task, const OptionList& head_options) {
  OptionList both = task_options();
  both.append(head_options);
  Value all{Value::Table{}};
  all.placed(task.head.place());
  for (const auto& [key, value] : task.options.resolved().table())
    if (task.options.given(key)) all.set(key, value);
  for (const auto& [key, value] : task.head.table()) all.set(key, value);
  return Options::read(both, all, "[tasks." + task.name + "]").subset(head_options);
}

}  // namespace mtt
