#include "run/run_directory.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <functional>
#include <system_error>

#include "experiment/task_examples.h"
#include "io/file.h"
#include "io/new_directory.h"
#include "io/weights.h"
#include "model/adapters.h"
#include "model/parameter_name.h"
#include "model/tensor_file.h"
#include "model/weight_loading.h"
#include "mtt/error.h"
#include "run/run_environment.h"
#include "run/saved_evaluation.h"
#include "train/checkpoint.h"
#include "train/trainer.h"
#include "value/json.h"
#include "value/toml.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr const char* kConfig = "config.toml";
constexpr const char* kBackbone = "backbone.safetensors";
constexpr const char* kAdapters = "adapters.json";
constexpr const char* kHeads = "heads";
constexpr const char* kPrevious = "previous";
/// kHeads last: where it is, the others are, too.
constexpr const char* kResults[] = {
    "console.txt",    "embeddings.npy", "similarity.svg", "predictions.jsonl", kScoresFile,
    "metrics.jsonl",  "events",         "cost.json",      kConfusionFolder,    kTestPredictionsFolder,
    kEnvironmentFile, kProbes,          kAdapters,        kBackbone,           kHeads};
constexpr std::size_t kMostHeadBytes = 64u << 20;
constexpr std::size_t kMostConfigBytes = 16u << 20;

fs::path head_directory(const fs::path& directory, const std::string& task) {
  return directory / kHeads / task;
}

void save_head(const fs::path& directory, const Task& task) {
  save_tensors(directory / "model.safetensors", task.module().parameters());
  const Value head(Value::Table{{"plugin", task.plugin}, {"trained", task.trained}, {"state", task.state()}});
  write_file_atomically(directory / "head.json", head.json() + "\n");
}

void restore_head(const fs::path& directory, TaskPlan& plan, Encoder& encoder) {
  const fs::path file = directory / "head.json";
  if (std::error_code error; !fs::exists(file, error))
    throw Error("the run of '" + directory.parent_path().parent_path().string() + "' has no head for task '" +
                plan.task.name + "'; it is not complete; resume it with mtt run --resume, or run it again");
  const Value saved = parse_json(read_file(file, kMostHeadBytes), file.string());
  if (saved.at("plugin").string() != plan.task.plugin) {
    throw Error(file.string() + ": this head was made by the plugin '" + saved.at("plugin").string() +
                "', but the configuration names '" + plan.task.plugin + "'");
  }
  plan.task.restore(saved.at("state"));
  plan.task.build(encoder.model->feature_width(plan.task));
  load_weights(
      plan.task.module(), Weights::read(directory),
      [](std::string_view name) { return WeightTarget{std::string(name)}; }, encoder.warnings);
  plan.task.trained = saved.at("trained").boolean();
}

/// The adapters that a run has. Runs of mtt before adapters.json have those that their [freeze] asks for.
AdapterSettings saved_adapters(const fs::path& directory, const Experiment& experiment) {
  const fs::path file = directory / kAdapters;
  if (std::error_code error; fs::exists(file, error))
    return read_adapter_table(parse_json(read_file(file, kMostConfigBytes), file.string()));
  return experiment.trains ? FreezePolicy::adapters_of(experiment.freeze) : AdapterSettings();
}

void check_contents(const fs::path& directory) {
  check_own_directory(directory, is_run_directory(directory), "a run");
  if (has_checkpoint(checkpoint_folder(directory)))
    throw Error(
        "the directory '" + directory.string() +
        "' holds an unfinished training; resume it with --resume, or give another directory with --out");
}

}  // namespace

bool is_run_directory(const fs::path& directory) {
  std::error_code error;
  return fs::exists(directory / kConfig, error);
}

Experiment read_run_config(const fs::path& directory, const std::vector<Override>& overrides) {
  return Experiment::read(directory / kConfig, overrides);
}

void check_run_directory(const fs::path& directory) {
  std::error_code error;
  fs::path existing = directory;
  while (!fs::exists(existing, error) && existing.has_relative_path()) existing = existing.parent_path();
  const std::string where = "the run directory '" + directory.string() + "' ";
  if (!fs::is_directory(existing, error))
    throw Error(where + "cannot be created: '" + existing.string() +
                "' is not a directory; give another one with --out");
  if (::access(existing.c_str(), W_OK | X_OK) != 0)
    throw Error(where +
                (existing == directory ? "cannot be written into: "
                                       : "cannot be created in '" + existing.string() + "': ") +
                std::strerror(errno) + "; give another one with --out");
  if (existing == directory) check_contents(directory);
}

void claim_run_directory(const fs::path& directory) {
  std::error_code error;
  fs::create_directories(directory, error);
  if (error)
    throw Error("the run directory '" + directory.string() + "' cannot be created: " + error.message());
  check_contents(directory);
  const fs::path previous = directory / kPrevious;
  const bool complete = fs::exists(directory / kHeads, error);
  if (complete) {
    if (fs::exists(previous / kHeads, error)) fs::remove_all(previous, error);
    fs::create_directory(previous, error);
    if (!error)
      fs::copy_file(directory / kConfig, previous / kConfig, fs::copy_options::overwrite_existing, error);
    if (error) throw Error("the directory '" + previous.string() + "' cannot be created: " + error.message());
  }
  for (const char* name : kResults) {
    const fs::path old = directory / name;
    if (!complete)
      fs::remove_all(old, error);
    else if (fs::exists(old, error))
      fs::rename(old, previous / name, error);
    if (error) throw Error("the old '" + old.string() + "' cannot be moved away: " + error.message());
  }
}

std::filesystem::path previous_results(const fs::path& directory) {
  std::error_code error;
  return fs::exists(directory / kPrevious / kHeads, error) ? directory / kPrevious : fs::path();
}

void remove_previous(const fs::path& directory) {
  std::error_code error;
  fs::remove_all(directory / kPrevious, error);
}

void check_same_config(const fs::path& directory, const Value& resolved_config) {
  const fs::path file = directory / kConfig;
  if (!is_run_directory(directory))
    throw Error("the directory '" + directory.string() + "' holds no run to resume; leave out --resume");
  const Value before = parse_toml(read_file(file, kMostConfigBytes), file.string());
  const Value given = parse_toml(toml_text(resolved_config), "the configuration");
  const std::function<void(const std::string&, const Value*, const Value*)> compare =
      [&](const std::string& path, const Value* now, const Value* saved) {
        if (path == "run.threads" || path == "run.out" || path == "name") return;
        const auto is_table = [](const Value* value) { return value && value->is(Value::Kind::table); };
        if (is_table(now) && is_table(saved)) {
          const auto below = [&](const std::string& key) { return path.empty() ? key : path + "." + key; };
          for (const auto& [key, value] : now->table()) compare(below(key), &value, saved->find(key));
          for (const auto& [key, value] : saved->table())
            if (!now->find(key)) compare(below(key), nullptr, &value);
          return;
        }
        const auto text = [](const Value* value) { return value ? value->json() : std::string("not there"); };
        if (text(now) != text(saved))
          throw Error(file.string() + ": " + path + " is " + text(saved) + " in the run and " + text(now) +
                      " now; " +
                      (is_finished_run(directory)
                           ? "the run is finished; for more epochs " + more_epochs_hint(directory)
                           : "a training can only be resumed with the configuration that it was started "
                             "with"));
      };
  compare("", &given, &before);
}

bool is_finished_run(const fs::path& directory) {
  std::error_code error;
  return fs::exists(directory / kHeads, error) && !has_checkpoint(checkpoint_folder(directory));
}

std::string more_epochs_hint(const fs::path& directory) {
  return "start a new run in another output directory with init_from = " + Value(directory.string()).json() +
         " in [run]";
}

void save_config(const fs::path& directory, const Value& resolved_config) {
  write_file_atomically(directory / kConfig, toml_text(resolved_config));
}

void save_trained_backbone(const fs::path& directory, const MultiTaskModel& model, const FreezePolicy& policy,
                           const std::vector<std::string>& changed) {
  std::vector<nn::NamedParameter> trained;
  for (auto& parameter : model.parameters()) {
    const bool differs = policy.ever_trains(parameter.name) ||
                         std::find(changed.begin(), changed.end(), parameter.name) != changed.end();
    if (differs && !name_in_head(parameter.name)) trained.push_back(parameter);
  }
  if (policy.adapters.kind != AdapterSettings::Kind::none)
    write_file_atomically(directory / kAdapters, adapter_table(policy.adapters).json() + "\n");
  if (!trained.empty()) save_tensors(directory / kBackbone, trained);
}

void save_heads(const fs::path& directory, const MultiTaskModel& model) {
  for (const Task& task : model.tasks()) save_head(head_directory(directory, task.name), task);
}

LoadedRun load_run(const fs::path& directory, const std::vector<Override>& overrides,
                   PluginCatalog& plugins) {
  LoadedRun run;
  run.experiment = read_run_config(directory, overrides);
  if (has_checkpoint(checkpoint_folder(directory)) && !is_finished_run(directory))
    throw Error("the training in '" + directory.string() + "' is not finished; resume it with mtt run " +
                (directory / kConfig).string() + " --out " + directory.string() + " --resume");
  run.encoder = load_encoder(EncoderSettings::from(run.experiment.backbone), plugins);
  run.adapters = saved_adapters(directory, run.experiment);
  add_adapters(run.encoder.model->backbone(), run.adapters, 0);
  if (std::error_code error; fs::exists(directory / kBackbone, error)) {
    const auto trained = load_tensors(directory / kBackbone);
    for (const auto& [name, tensor] : trained) run.trained.push_back(name);
    copy_into(trained, run.encoder.model->parameters(), (directory / kBackbone).string());
  }
  for (TaskPlan& plan : plan_tasks(run.experiment, run.encoder, plugins)) {
    run.task_data.push_back({.field = plan.field(),
                             .test = test_files(run.experiment, *plan.config),
                             .keys = text_keys(run.experiment, *plan.config),
                             .tags = plan.config->options.strings("tags")});
    restore_head(head_directory(directory, plan.task.name), plan, run.encoder);
    run.encoder.model->add(std::move(plan.task));
  }
  if (!run.experiment.top.strings("plugin_path").empty()) {
    run.encoder.warnings.push_back(
        (directory / kConfig).string() +
        ": plugin_path of a run is ignored; if a plugin is not found, use --plugin-path");
  }
  return run;
}

}  // namespace mtt
