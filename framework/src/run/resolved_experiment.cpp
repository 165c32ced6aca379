#include "run/resolved_experiment.h"

#include "experiment/resolved_config.h"
#include "experiment/task_examples.h"
#include "plugin/make_parts.h"
#include "run/head_init.h"

namespace mtt {

Value resolved_experiment(const Experiment& experiment, PluginCatalog& plugins) {
  Value backbone_options = experiment.backbone.value("options");
  if (const std::string& name = experiment.backbone.string("plugin"); name != "auto")
    backbone_options =
        Options::read(plugins.backbone(name).options, backbone_options, "[backbone.options]").resolved();
  std::vector<ResolvedTask> tasks;
  for (const TaskConfig& config : experiment.tasks) {
    const HeadPlugin plugin = plugins.head(config.options.string("head"));
    Options options = read_head_options(config, plugin.options);
    const Task task{config.name, plugin.name, {}, make_head(plugin, options), false};
    check_init(config, task);
    tasks.push_back({std::move(options), chosen_init(config, task, !train_file(experiment, config).empty())});
  }
  Value weighting_options;
  if (experiment.trains)
    weighting_options =
        read_weighting_options(experiment, plugins.weighting(experiment.weighting.string("method")).options)
            .resolved();
  return resolved_config(experiment, backbone_options, tasks, weighting_options);
}

}  // namespace mtt
