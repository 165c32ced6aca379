#include "run/warm_start.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/equal.h>

#include <algorithm>
#include <system_error>

#include "io/model_cache.h"
#include "io/terminal_text.h"
#include "model/checkpoint_tensors.h"
#include "model/parameter_name.h"
#include "model/tensor_file.h"
#include "mtt/error.h"
#include "train/checkpoint.h"
#include "train/parameter_groups.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr const char* kKey = "init_from";

const nn::NamedParameter* find(const std::vector<nn::NamedParameter>& parameters, std::string_view name) {
  const auto found = std::find_if(parameters.begin(), parameters.end(),
                                  [&](const nn::NamedParameter& p) { return p.name == name; });
  return found == parameters.end() ? nullptr : &*found;
}

fs::path model_of(const Experiment& experiment) {
  std::error_code error;
  const fs::path found = find_model(experiment.backbone.string("model"));
  const fs::path canonical = fs::canonical(found, error);
  return error ? found : canonical;
}

/// "intent, slots" or "none".
std::string names_text(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text.empty() ? "none" : text;
}

}  // namespace

WarmStart::WarmStart(const Experiment& experiment, PluginCatalog& plugins) : experiment_(experiment) {
  const std::string& given = experiment.run.string(kKey);
  if (given.empty()) return;
  directory_ = given;
  if (!is_run_directory(directory_))
    refuse("'" + given + "' is not a run directory; give one that mtt run wrote");
  try {
    other_ = std::make_unique<LoadedRun>(load_run(directory_, {}, plugins));
  } catch (const Error& error) {
    refuse(error.what());
  }
}

void WarmStart::refuse(const std::string& what) const {
  experiment_.run.value(kKey).refuse("[run] init_from: " + what);
}

void WarmStart::give_encoder(Encoder& encoder) {
  if (!other_) return;
  if (model_of(experiment_) != model_of(other_->experiment))
    refuse("the run starts from the model '" + other_->experiment.backbone.string("model") +
           "' and this experiment from '" + experiment_.backbone.string("model") +
           "'; set [backbone] model to the run's");
  const at::NoGradGuard no_grad;
  std::vector<nn::NamedParameter> values;
  for (const auto& [name, tensor] : merged_parameters(other_->encoder.model->backbone(), other_->adapters))
    values.push_back({std::string(kBackbonePrefix) + name, tensor});
  for (auto& parameter : other_->encoder.model->parameters())
    if (parameter.name.starts_with(kModulesPrefix)) values.push_back(parameter);
  auto own = encoder.model->parameters();
  for (const auto& [name, tensor] : values) {
    const nn::NamedParameter* target = find(own, name);
    const bool trained =
        std::find(other_->trained.begin(), other_->trained.end(), name) != other_->trained.end();
    if (!target) {
      if (trained) left_.push_back(name);
      continue;
    }
    if (target->tensor.sizes() != tensor.sizes())
      refuse("the tensor '" + name + "' has another shape in the run; [backbone] must be that of the run");
    if (at::equal(target->tensor, tensor)) continue;
    at::Tensor(target->tensor).copy_(tensor);
    changed_.push_back(name);
  }
}

void WarmStart::give_adapters(Encoder& encoder) {
  if (!other_ || other_->adapters.kind != AdapterSettings::Kind::houlsby) return;
  std::vector<nn::NamedParameter> adapters;
  for (auto& parameter : other_->encoder.model->backbone().parameters())
    if (is_adapter(parameter.name)) adapters.push_back(parameter);
  try {
    copy_into(adapters, encoder.model->backbone().parameters(), directory_.string());
  } catch (const Error&) {
    refuse(
        "the run has Houlsby adapters, which cannot be merged into the weights; use the same policy, places "
        "and "
        "size in [freeze]");
  }
  for (const auto& [name, tensor] : adapters) changed_.push_back(std::string(kBackbonePrefix) + name);
}

void WarmStart::mark(std::vector<TaskPlan>& plans, const Encoder& encoder) {
  if (!other_) return;
  std::vector<std::string> taken, own, left;
  for (TaskPlan& plan : plans) {
    const std::string& name = plan.config->name;
    const auto& tasks = other_->encoder.model->tasks();
    const auto found =
        std::find_if(tasks.begin(), tasks.end(), [&](const Task& task) { return task.name == name; });
    if (found == tasks.end() || !found->trained) {
      own.push_back(name + (found == tasks.end() ? "" : " (untrained in that run)"));
      continue;
    }
    const std::string another = "; give the task another name, and its labels by field = \"" + plan.field() +
                                "\", to start it with a new head";
    if (found->plugin != plan.task.plugin)
      refuse("the head of task '" + name + "' is '" + found->plugin + "' in the run and '" +
             plan.task.plugin + "' here" + another);
    if (found->input != plan.task.input)
      refuse("the head of task '" + name + "' reads " +
             (found->joint(true) ? "joint pairs in the run and single texts here"
                                 : "single texts in the run and joint pairs here") +
             another);
    if (!(found->reading == plan.task.reading))
      refuse("the head of task '" + name + "' has another layer, pooling or normalize in the run" + another);
    const bool reads_model_vector = !plan.task.reads_tokens() && !plan.task.reading.pooling;
    if (reads_model_vector &&
        !(other_->encoder.model->modules().pooling() == encoder.model->modules().pooling()))
      refuse("the head of task '" + name +
             "' reads sentence vectors of another pooling in the run; [backbone] pooling must be that of the "
             "run");
    plan.start = &*found;
    plan.init = "none";
    taken.push_back(name);
  }
  for (const Task& task : other_->encoder.model->tasks())
    if (std::none_of(plans.begin(), plans.end(),
                     [&](const TaskPlan& plan) { return plan.config->name == task.name; }))
      left.push_back(task.name);
  text_ = "start    from the run " + directory_.string() + "\n         encoder: " +
          (changed_.empty() ? "that of the model, which the run did not change"
                            : std::to_string(changed_.size()) + " tensors that the run changed") +
          (left_.empty() ? "" : "; not loaded: " + names_text(left_)) +
          "\n         heads: " + names_text(taken) +
          (own.empty() ? "" : "; initialised as usual: " + names_text(own)) +
          (left.empty() ? "" : "; not loaded, no such task here: " + names_text(left)) + "\n";
}

void start_head_from(Task& task, const Task& other) {
  const std::string begin = "task '" + task.name + "': the head cannot start from that of [run] init_from: ";
  const std::string another =
      "; use the same labels, or give the task another name and its labels by 'field'";
  const Value here = task.state(), there = other.state();
  if (here.json() != there.json())
    throw Error(begin + "its labels are " + shortened(here.json(), 200) + " here and " +
                shortened(there.json(), 200) + " there" + another);
  auto own = task.module().parameters();
  const auto values = other.module().parameters();
  const bool same =
      own.size() == values.size() && std::all_of(own.begin(), own.end(), [&](const nn::NamedParameter& p) {
        const nn::NamedParameter* value = find(values, p.name);
        return value && value->tensor.sizes() == p.tensor.sizes();
      });
  if (!same)
    throw Error(begin +
                "its options give it other parameters than there; use the options of that run, or give "
                "the task another name and its labels by 'field'");
  copy_into(values, own, "init_from");
  task.trained = true;
}

void check_warm_start(const Experiment& experiment, const fs::path& directory) {
  const std::string& given = experiment.run.string(kKey);
  std::error_code error;
  if (!given.empty() && (fs::path(given) == directory || fs::equivalent(given, directory, error)))
    experiment.run.value(kKey).refuse(
        "[run] init_from is the directory of this run itself; give another one with --out");
}

}  // namespace mtt
