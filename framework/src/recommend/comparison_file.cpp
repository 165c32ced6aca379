#include "recommend/comparison_file.h"

#include <algorithm>
#include <string_view>
#include <vector>

namespace mtt {
namespace {

using Keys = std::vector<std::string_view>;

// What a strategy sets itself, and the training files that the comparison names for each task.
const Keys kTrainingTables = {"train", "freeze", "weighting", "sampler", "cache"};
const Keys kExampleKeys = {"train", "dev", "dev_share", "test", "train_examples"};

Value without(const Value& table, const Keys& keys) {
  Value result{Value::Table{}};
  for (const auto& [key, value] : table.table())
    if (std::find(keys.begin(), keys.end(), key) == keys.end()) result.set(key, value);
  return result;
}

Value& table_in(Value& parent, const std::string& key) {
  Value* found = parent.find(key);
  return found ? *found : parent.set(key, Value(Value::Table{}));
}

double learning_rate(std::int64_t trained_layers, bool all) {
  return all ? 2e-4 : trained_layers <= 2 ? 1e-3 : 5e-4;
}

Value training_tables(const Experiment& experiment, Value freeze, double rate) {
  Value tables{Value::Table{}};
  Value train = experiment.trains ? experiment.source.at("train") : default_training();
  if (!experiment.train.given("learning_rate")) train.set("learning_rate", rate);
  tables.set("train", std::move(train));
  if (!freeze.table().empty()) tables.set("freeze", std::move(freeze));
  for (const char* key : {"weighting", "sampler", "cache"})
    if (const Value* given = experiment.source.find(key); given && !given->table().empty())
      tables.set(key, *given);
  return tables;
}

Value for_comparison(const Value& tables, std::int64_t epochs) {
  Value train = without(tables.at("train"), {"epochs", "steps_per_epoch", "evaluate_every", "best",
                                             "patience", "statistics_every"});
  train.set("epochs", epochs);
  Value compared = tables;
  compared.set("train", std::move(train));
  return compared;
}

Strategy trained(std::string name, std::string title, Value tables, std::int64_t epochs) {
  Value compared = for_comparison(tables, epochs);
  return {std::move(name), std::move(title), std::move(tables), std::move(compared)};
}

/// Heads with init = "none" start as probes.
void start_as_probes(Value& file) {
  if (Value* tasks = file.find("tasks"))
    for (auto& [name, task] : tasks->table())
      if (const Value* init = task.find("init"); init && init->string() == "none")
        task = without(task, {"init"});
}

}  // namespace

Value default_training() { return Value::Table{{"epochs", 3}, {"batch_size", 16}}; }

std::vector<Strategy> strategies_of(const Experiment& experiment, std::int64_t layers, ProbeNeeds probe,
                                    std::int64_t epochs) {
  const std::int64_t upper = std::max<std::int64_t>(1, layers / 3);
  const auto tables = [&](Value freeze, bool all) {
    return training_tables(experiment, std::move(freeze), learning_rate(upper, all));
  };
  const Value nothing{Value::Table{}};
  Strategy frozen = trained("probe", "the probe", tables(Value::Table{{"policy", "backbone"}}, true), epochs);
  if (probe != ProbeNeeds::training) frozen.tables = nothing;
  if (probe == ProbeNeeds::no_training) frozen.compared = nothing;
  return {std::move(frozen),
          trained("top_" + std::to_string(upper),
                  upper == 1 ? "the upper layer" : "the upper " + std::to_string(upper) + " layers",
                  tables(Value::Table{{"policy", "top_layers"}, {"layers", upper}}, false), epochs),
          trained("full", "full fine-tuning", tables(nothing, true), epochs)};
}

std::string arm_name(const Strategy& strategy, const std::vector<ComparedTask>& tasks, bool fewer) {
  std::int64_t most = 0;
  for (const ComparedTask& task : tasks) most = std::max(most, fewer ? task.fewer : task.used);
  return strategy.name + "-" + std::to_string(most);
}

Value comparison_file(const Experiment& experiment, const std::vector<ComparedTask>& tasks,
                      const std::vector<Strategy>& strategies, std::int64_t seeds) {
  Value file = without(without(experiment.source, kTrainingTables), {"name", "show", "sweep"});
  start_as_probes(file);
  Value& data = table_in(file, "data");
  data = without(data, kExampleKeys);
  Value& run = table_in(file, "run");
  run = without(run, {"out", "threads", "save_predictions"});
  for (const ComparedTask& task : tasks) {
    Value& table = table_in(table_in(file, "tasks"), task.name);
    table = without(table, kExampleKeys);
    table.set("train", task.train);
    table.set("test", Value::Array{Value(task.validation)});
  }
  Value arms{Value::Table{}};
  for (const bool fewer : {true, false}) {
    if (fewer && std::any_of(tasks.begin(), tasks.end(), [](const auto& task) { return task.fewer == 0; }))
      continue;
    for (const Strategy& strategy : strategies) {
      Value arm = strategy.compared;
      Value sizes{Value::Table{}};
      for (const ComparedTask& task : tasks)
        sizes.set(task.name, Value::Table{{"train_examples", fewer ? task.fewer : task.used}});
      arm.set("tasks", std::move(sizes));
      arms.set(arm_name(strategy, tasks, fewer), std::move(arm));
    }
  }
  file.set("sweep", Value::Table{{"seeds", seeds},
                                 {"baseline", arm_name(strategies.back(), tasks, false)},
                                 {"arms", std::move(arms)}});
  return file;
}

Value recommended_file(const Experiment& experiment, const Strategy& strategy) {
  Value file = without(without(experiment.source, kTrainingTables), {"sweep"});
  start_as_probes(file);
  if (!file.find("name")) {
    Value named{Value::Table{{"name", experiment.name()}}};
    for (auto& [key, value] : file.table()) named.set(key, std::move(value));
    file = std::move(named);
  }
  for (const std::string_view key : kTrainingTables)
    if (const Value* table = strategy.tables.find(key)) file.set(key, *table);
  return file;
}

}  // namespace mtt
