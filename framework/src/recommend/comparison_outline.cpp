#include "recommend/comparison_outline.h"

#include <algorithm>
#include <map>

#include "experiment/task_examples.h"
#include "freeze/frontier.h"
#include "io/digest.h"
#include "io/file.h"
#include "run/head_init.h"
#include "run/run_preparation.h"
#include "value/toml.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::int64_t kFewer = 4;  // the smaller size is the larger one divided by this

ProbeNeeds probe_needs(const std::vector<TaskPlan>& plans) {
  ProbeNeeds needs = ProbeNeeds::fitting;
  for (const TaskPlan& plan : plans) {
    if (starts_at_optimum(plan)) continue;
    const bool has_weights = plan.task.convex() || !plan.task.grouped() || plan.init != "none";
    if (has_weights) return ProbeNeeds::training;
    needs = ProbeNeeds::no_training;
  }
  return needs;
}

std::string jsonl_of(const Examples& examples, const std::vector<std::string>& fields) {
  std::string text;
  for (std::size_t i = 0; i < examples.rows.size(); ++i) {
    Value row = examples.rows[i];
    if (!examples.spans.empty())
      for (const std::string& field : fields) row.set(field, examples.spans[i]);
    text += row.json() + "\n";
  }
  return text;
}

/// Writes the parts into which dev_share divides a training file. The file names contain a digest of the
/// contents, so another division is another configuration.
class DividedFiles {
 public:
  DividedFiles(fs::path folder, ExampleFiles& files, const std::vector<TaskPlan>& plans)
      : folder_(std::move(folder)), files_(files) {
    for (const TaskPlan& plan : plans) fields_.push_back(plan.field());
  }

  std::string write(const std::string& name, const std::string& kind) {
    const std::string text = jsonl_of(files_.get(name), fields_);
    Digest digest;
    digest.add(text);
    const fs::path file = folder_ / (kind + "-" + digest.hex().substr(0, 8) + ".jsonl");
    write_file_atomically(file, text);
    return file.string();
  }

 private:
  fs::path folder_;
  ExampleFiles& files_;
  std::vector<std::string> fields_;
};

}  // namespace

Experiment full_training(const fs::path& file, std::vector<Override> overrides, const Experiment& own) {
  const std::string origin = "mtt recommend";
  overrides.push_back({"data.test=[]", origin});
  if (!own.trains) overrides.push_back({"train=" + toml_value_text(default_training()), origin});
  if (own.source.find("freeze")) overrides.push_back({"freeze={}", origin});
  for (const TaskConfig& task : own.tasks) {
    if (task.options.given("test")) overrides.push_back({"tasks." + task.name + ".test=[]", origin});
    if (task.options.string("init") == "none")
      overrides.push_back({"tasks." + task.name + ".init=auto", origin});
  }
  return Experiment::read(file, overrides);
}

Outline outline(const Experiment& own, const Experiment& full, const RecommendSettings& settings,
                PluginCatalog& plugins, Console& console) {
  Prepared prepared = prepare(full, plugins, console);
  Outline result;
  DividedFiles divided(settings.directory / "data", prepared.files, prepared.plans);
  std::map<std::string, std::pair<double, double>> sizes;  // of each file: used, all
  for (const TaskPlan& plan : prepared.plans) {
    ComparedTask& task = result.tasks.emplace_back();
    task.name = plan.config->name;
    task.all = prepared.files.get(plan.files.train).count();
    task.used = std::min(settings.examples, task.all);
    sizes[plan.files.train] = {static_cast<double>(task.used), static_cast<double>(task.all)};
    const DevSource dev = dev_source(full, *plan.config);
    task.train = dev.share > 0 ? divided.write(plan.files.train, "train") : train_file(full, *plan.config);
    task.validation = dev.share > 0 ? divided.write(plan.files.dev, "validation") : dev.file;
    task.validation_examples = prepared.files.get(plan.files.dev).count();
    result.higher_is_better.push_back(plan.task.metrics().front().higher_is_better);
  }
  if (std::any_of(result.tasks.begin(), result.tasks.end(),
                  [](const auto& task) { return task.used < task.all; }))
    for (ComparedTask& task : result.tasks) task.fewer = std::max<std::int64_t>(1, task.used / kFewer);
  double used = 0, all = 0;
  for (const auto& [file, size] : sizes) {
    used += size.first;
    all += size.second;
  }
  result.share_of_files = used / all;
  if (prepared.training->sampler) result.steps = prepared.training->sampler->steps();
  const std::int64_t layers = own_layers(prepared.encoder.model->backbone().parameters());
  result.strategies = strategies_of(own, layers, probe_needs(prepared.plans), settings.epochs);
  return result;
}

}  // namespace mtt
