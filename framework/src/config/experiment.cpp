#include "config/experiment.h"

#include <cstdlib>

#include "config/task_name.h"
#include "config/toml.h"
#include "freeze/freeze_policy.h"
#include "io/file.h"
#include "io/model_cache.h"
#include "mtt/error.h"
#include "train/cache_settings.h"
#include "train/sampler.h"
#include "train/train_settings.h"

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
      .table("tasks", "The tasks: one table per task.")
      .table("train", "How encoder and heads are trained; without this table the heads are only fitted.")
      .table("freeze", "Which parameters are trainable, and when.")
      .table("weighting", "How the tasks' losses are balanced.")
      .table("sampler", "Which examples a step takes.")
      .table("cache", "Whether activations of frozen layers are kept.")
      .table("show", "The sentences that the run shows.")
      .table("run", "How and where it runs.")
      .table("sweep", "What `mtt sweep` varies; ignored by `mtt run`.");
}

OptionList backbone_options() {
  return OptionList()
      .string("model", std::nullopt,
              "The name of a model in the local caches, or a directory (beginning with '/', './', '../' or "
              "'${MTT_DATA}').")
      .string("plugin", "auto", "The backbone plugin; auto: the plugin for the model's model_type.")
      .choices("pooling", std::vector<std::string>{"model"}, kPoolings,
               "Pooling of token vectors into a sentence vector: model (as in the model's directory), or one "
               "or several poolings, concatenated.")
      .choice("normalize", "model", {"model", "yes", "no"},
              "Whether sentence vectors are normalised to length 1; model: as in the model's directory.")
      .integer(
          "max_tokens", 0, 0, 1'000'000,
          "Maximum number of tokens per sentence; longer sentences are truncated; 0: the model's own limit.")
      .string("prompt", "",
              "Prompt that is prepended to every sentence: the name of a prompt of the model, or its text.")
      .table("options", "Options of the backbone plugin.");
}

OptionList data_options() {
  return OptionList()
      .string("train", "", "The training set: .jsonl, .csv, .tsv, or CoNLL (.conll, .txt).")
      .string("dev", "", "The validation set, for model selection and early stopping.")
      .number("dev_share", 0, 0, 0.5,
              "Share of each training file that is held out as validation set if there is no dev file.")
      .integer("train_examples", 0, 0, std::nullopt,
               "Number of examples drawn from each training file, after dev_share; 0: all. The draw depends "
               "on run.seed; a larger draw contains the smaller ones.")
      .strings("test", std::vector<std::string>{},
               "The test sets, on which the heads are scored; each file is scored separately.")
      .boolean("drop_overlap", false,
               "Whether training examples are left out if they share a sentence, ignoring case and white "
               "space, with a dev or test file of any task.")
      .string("text", "text",
              "Key (in a table: column) of the sentence. In JSONL it may hold an array of tokens, which are "
              "joined by single spaces.")
      .string("text_pair", "text_pair", "Key of the second sentence of a pair.");
}

OptionList task_options() {
  return OptionList()
      .string("head", std::nullopt, "The head plugin.")
      .string("field", "", "Key of this task's label; empty: the task's name.")
      .string("text", "", "Key of this task's sentence; empty: as in [data].")
      .string("text_pair", "", "Key of the second sentence of this task's pairs; empty: as in [data].")
      .strings("tags", std::vector<std::string>{},
               "Names of integer tags, beginning with that of 0, if labels have one tag per token: [\"O\", "
               "\"B-person\", ...].")
      .string("train", "", "This task's training set; empty: as in [data].")
      .string("dev", "", "This task's validation set; empty: as in [data].")
      .number("dev_share", 0, 0, 0.5,
              "Share of this task's training file that is held out as validation set; 0: as in [data].")
      .integer("train_examples", 0, 0, std::nullopt,
               "Number of examples drawn from this task's training file; 0: as in [data].")
      .strings("test", std::vector<std::string>{}, "This task's test sets; empty: as in [data].")
      .choices("pooling", std::vector<std::string>{"model"}, kPoolings,
               "Pooling that a sentence head reads; model: the pooling and dense layers of [backbone].")
      .choice("normalize", "model", {"model", "yes", "no"},
              "Whether a sentence head reads normalised vectors; model: as in [backbone].")
      .integer("layer", -1, -1, 10'000,
               "Layer that the head reads; 0: the embeddings, 1: the first layer, -1: the last layer.")
      .string("init", "auto",
              "Initial weights of the head: logistic (the optimum of its own loss with an L2 penalty), "
              "another method of the head (ridge, class_means), none (random). auto: logistic if the loss is "
              "convex, otherwise ridge or another closed form, otherwise none.")
      .number_or("penalty", {"auto"}, 1e-12, 1e12,
                 "Inverse penalty of the probe, like C in scikit-learn; auto: chosen from five values by the "
                 "loss on the validation set, or on a held-out fifth of the training examples.");
}

OptionList weighting_options() {
  return OptionList()
      .string("method", "equal", "The weighting plugin; its options are in the same table.")
      .boolean("normalize", true,
               "Whether weights are scaled to sum to the number of tasks. With this, methods do not differ "
               "in the overall scale of the loss.");
}

OptionList show_options() {
  return OptionList()
      .strings("sentences", std::vector<std::string>{}, "Sentences to encode, compare and predict.")
      .string("file", "", "Text file with more sentences, one per line.");
}

OptionList run_options() {
  return OptionList()
      .string("out", "", "The run's directory; empty: runs/<name> in the working directory.")
      .string("init_from", "",
              "Directory of another run that provides the initial weights of the encoder and of heads of the "
              "same task; empty: the pretrained encoder.")
      .integer("seed", 1, 0, std::nullopt, "Seed of all random draws.")
      .integer("threads", 0, 0, 1024,
               "Number of threads; 0: one per processor. --threads and MTT_THREADS take precedence.")
      .integer("tokens_per_forward", 512, 1, 1 << 20,
               "Approximate maximum number of tokens per batch in inference; results do not depend on it, up "
               "to rounding.")
      .boolean("save_predictions", false,
               "Whether predictions for the test sets are saved with texts and labels in test_predictions/ "
               "of the run's directory.");
}

OptionList sweep_options() {
  return OptionList()
      .integer("seeds", 5, 1, 1000, "Number of seeds, counted up from run.seed.")
      .table("arms",
             "The configurations to compare: one table per arm, [sweep.arms.<name>], with the keys that "
             "differ from the file.")
      .table("grid",
             "Arrays of values, one per key; all arms are run with all combinations. Without arms, the "
             "combinations are compared.")
      .string("baseline", "", "The arm that all others are compared with; empty: the first arm.")
      .strings("metrics", std::vector<std::string>{},
               "Scores in the table, \"<task>.<metric>\"; empty: the main metric of each task.");
}

bool is_model_path(const std::string& model) {
  return model.starts_with("/") || model.starts_with("./") || model.starts_with("../") || model == "." ||
         model == ".." || model.starts_with("${");
}

/// [backbone] model, where it is there and a string.
const Value* model_of(const Value& config) {
  const Value* backbone = config.find("backbone");
  const Value* model = backbone && backbone->is(Value::Kind::table) ? backbone->find("model") : nullptr;
  return model && model->is(Value::Kind::string) ? model : nullptr;
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
  if (const Value* model = model_of(config); model && is_model_path(model->string()))
    make_absolute(*config.find("backbone")->find("model"), folder);
}

/// A directory that is meant, but looks like the name of a model.
void check_model_name(const Value& config, const fs::path& folder) {
  const Value* model = model_of(config);
  if (!model || is_model_path(model->string())) return;
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
      {"tasks.<name>", "A task; the options of its head are in the same table.", task_options()},
      {"train", "How encoder and heads are trained; without this table the heads are only fitted.",
       train_options()},
      {"freeze", "Which parameters are trainable, and when.", freeze_options()},
      {"weighting", "How the tasks' losses are balanced; the options of the method are in the same table.",
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
