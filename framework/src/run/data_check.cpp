#include "run/data_check.h"

#include <algorithm>
#include <optional>

#include "experiment/task_examples.h"
#include "io/model_cache.h"
#include "model/model_directory.h"
#include "model/task.h"
#include "mtt/error.h"
#include "plugin/make_parts.h"
#include "plugin/plugin_call.h"
#include "run/drawn_files.h"
#include "run/pair_problem.h"

namespace mtt {
namespace {

class Parts {
 public:
  Parts(DataCheck& check, ExampleFiles& files) : check_(check), files_(files) {}

  /// `drawn` are examples of `file`, all or some.
  void use(CheckedTask& task, DataRole role, const std::string& file, const std::string& drawn) {
    if (drawn.empty()) return;
    const Examples& examples = files_.get(drawn);
    auto& parts = check_.parts;
    auto found = std::find_if(parts.begin(), parts.end(), [&](const CheckedPart& part) {
      return part.role == role && part.examples == &examples;
    });
    if (found == parts.end()) {
      CheckedPart& part = parts.emplace_back();
      part.role = role;
      part.file = file;
      part.examples = &examples;
      found = parts.end() - 1;
    }
    task.parts.push_back(static_cast<std::size_t>(found - parts.begin()));
  }

 private:
  DataCheck& check_;
  ExampleFiles& files_;
};

/// Fills in what the head of a task declares of its labels. Returns the task; none where its head is not
/// found.
std::optional<Task> read_head(const TaskConfig& config, PluginCatalog& plugins, DataCheck& check,
                              CheckedTask& task) {
  std::optional<HeadPlugin> plugin;
  try {
    plugin = plugins.head(config.options.string("head"));
  } catch (const Error& error) {
    check.findings.push_back(
        {false, config.name, "the labels are only counted: " + std::string(error.what())});
    return std::nullopt;
  }
  Task made(config.name, plugin->name, {}, make_head(*plugin, read_head_options(config, plugin->options)));
  if (task.joint) made.input = InputKind::joint;
  task.kind = made.label_kind();
  task.transforms = made.transforms();
  return made;
}

}  // namespace

DataCheck check_experiment_data(const Experiment& experiment, ExampleFiles& files, PluginCatalog& plugins) {
  const ModelDirectory model = ModelDirectory::read(find_model(experiment.backbone.string("model")));
  const std::int64_t own_limit = experiment.backbone.integer("max_tokens");
  DataCheck check;
  check.max_tokens = own_limit > 0 ? own_limit : model.max_tokens;
  Parts parts(check, files);
  for (const TaskConfig& config : experiment.tasks) {
    CheckedTask& task = check.tasks.emplace_back();
    task.name = config.name;
    task.field = label_field(config);
    task.tags = config.options.strings("tags");
    task.joint = config.options.string("pair") == "joint";
    const std::optional<Task> made = read_head(config, plugins, check, task);
    const std::string train = train_file(experiment, config), dev = dev_source(experiment, config).file;
    const DrawnFiles drawn = drawn_files(experiment, config, files);
    if (made)
      for (const std::string& problem : pair_problems(experiment, config, *made, drawn, files))
        check.findings.push_back({true, "", problem});
    parts.use(task, DataRole::train, train, drawn.train);
    parts.use(task, DataRole::dev, dev.empty() ? train : dev, drawn.dev);
    for (const std::string& file : test_sets(experiment, config, files))
      parts.use(task, DataRole::test, files.path(file), file);
  }
  for (const std::string& warning : files.warnings()) check.findings.push_back({false, "", warning});
  if (check.parts.empty())
    throw Error(experiment.file.string() +
                ": there are no examples to check; set train, dev or test in [data] or a task");
  check_data(check, *model.tokenizer, model.prompt_text(experiment.backbone.string("prompt")));
  return check;
}

}  // namespace mtt
