#include "experiment/experiment.h"

#include "data/data_options.h"
#include "experiment/experiment_paths.h"
#include "experiment/other_keys.h"
#include "experiment/other_words.h"
#include "experiment/section_options.h"
#include "experiment/task_name.h"
#include "freeze/freeze_policy.h"
#include "io/file.h"
#include "model/backbone_options.h"
#include "mtt/error.h"
#include "train/cache_settings.h"
#include "train/sampler_settings.h"
#include "train/train_settings.h"
#include "train/weighting_options.h"
#include "value/toml.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostFileBytes = 16u << 20;  // the parser's own, lower limit names the size

Options read_options(const OptionList& declared, const Value& table, std::string_view where) {
  return Options::read(declared, table, where, experiment_hints());
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
  task.options = read_options(declared, common, "[tasks." + name + "]");
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
  experiment.weighting = read_options(declared, common, "[weighting]");
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
      {"cache", "The cache for the outputs of frozen layers.", cache_options()},
      {"show", "Sentences that the run encodes, compares and predicts, and prints.", show_options()},
      {"run", "Seed, threads and output of the run.", run_options()},
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

OptionHints experiment_hints() {
  return {.own_key = own_key, .tables_with = tables_with, .own_word = own_word};
}

Override for_command_line(const Override& change, const fs::path& file) {
  Value config{Value::Table{}};
  const Value& value = apply_override(config, change);
  make_paths_absolute(config, fs::absolute(file).lexically_normal().parent_path());
  const std::string key = change.assignment.substr(0, change.assignment.find('='));
  return {key + "=" + toml_value_text(value), change.origin};
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
  experiment.top = read_options(top_options(), config, "the file");
  if (!config.find("backbone"))
    throw Error(file.string() +
                ": there is no [backbone]; begin with [backbone] and model = \"all-MiniLM-L6-v2\"");
  experiment.backbone = read_options(backbone_options(), table("backbone"), "[backbone]");
  experiment.data = read_options(data_options(), table("data"), "[data]");
  experiment.trains = config.find("train") != nullptr;
  if (!experiment.trains) {
    for (const char* key : {"freeze", "weighting", "sampler", "cache"})
      if (const Value* given = config.find(key))
        given->refuse("[" + std::string(key) + "] has an effect only with [train]; add a [train] table");
  }
  experiment.train = read_options(train_options(), table("train"), "[train]");
  experiment.freeze = read_options(freeze_options(), table("freeze"), "[freeze]");
  experiment.sampler = read_options(sampler_options(), table("sampler"), "[sampler]");
  experiment.cache = read_options(cache_options(), table("cache"), "[cache]");
  read_weighting(table("weighting"), experiment);
  experiment.show = read_options(show_options(), table("show"), "[show]");
  experiment.run = read_options(run_options(), table("run"), "[run]");
  experiment.sweep = read_options(sweep_options(), table("sweep"), "[sweep]");
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
  return read_options(both, all, "[weighting]").subset(plugin_options);
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
  return read_options(both, all, "[tasks." + task.name + "]").subset(head_options);
}

}  // namespace mtt
