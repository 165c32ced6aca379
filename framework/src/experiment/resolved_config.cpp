#include "experiment/resolved_config.h"

#include <algorithm>
#include <utility>

namespace mtt {
namespace {

struct Line {
  std::string assignment;
  std::string origin;
};

void append_lines(const std::string& path, const Value& value, const Value* given, std::vector<Line>& lines) {
  if (value.is(Value::Kind::table)) {
    for (const auto& [key, item] : value.table()) {
      const Value* below = given && given->is(Value::Kind::table) ? given->find(key) : nullptr;
      append_lines(path.empty() ? key : path + "." + key, item, below, lines);
    }
    return;
  }
  lines.push_back({path + " = " + value.json(), given ? given->place().str() : "default"});
}

}  // namespace

Value resolved_config(const Experiment& experiment, const Value& backbone_options,
                      const std::vector<ResolvedTask>& resolved_tasks, const Value& weighting_options) {
  Value config{Value::Table{}};
  config.set("name", experiment.name());
  config.set("plugin_path", experiment.top.value("plugin_path"));
  Value backbone = experiment.backbone.resolved();
  backbone.set("options", backbone_options);
  config.set("backbone", std::move(backbone));
  config.set("data", experiment.data.resolved());
  Value tasks{Value::Table{}};
  for (std::size_t i = 0; i < experiment.tasks.size(); ++i) {
    Value task = experiment.tasks[i].options.resolved();
    task.set("init", resolved_tasks[i].init);
    for (const auto& [key, value] : resolved_tasks[i].head_options.resolved().table()) task.set(key, value);
    tasks.set(experiment.tasks[i].name, std::move(task));
  }
  config.set("tasks", std::move(tasks));
  if (experiment.trains) {
    config.set("train", experiment.train.resolved());
    config.set("freeze", experiment.freeze.resolved());
    Value weighting = experiment.weighting.resolved();
    for (const auto& [key, value] : weighting_options.table()) weighting.set(key, value);
    config.set("weighting", std::move(weighting));
    config.set("sampler", experiment.sampler.resolved());
    config.set("cache", experiment.cache.resolved());
  }
  config.set("show", experiment.show.resolved());
  config.set("run", experiment.run.resolved());
  return config;
}

std::string config_with_origins(const Experiment& experiment, const Value& resolved) {
  std::vector<Line> lines;
  append_lines("", resolved, &experiment.source, lines);
  constexpr std::size_t kWidest = 60;
  std::size_t width = 0;
  for (const Line& line : lines) width = std::max(width, std::min(line.assignment.size(), kWidest));
  std::string text;
  for (const Line& line : lines) {
    text += line.assignment;
    text.append(width > line.assignment.size() ? width - line.assignment.size() : 0, ' ');
    text += "  # " + line.origin + "\n";
  }
  return text;
}

}  // namespace mtt
