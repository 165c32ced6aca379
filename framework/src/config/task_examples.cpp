#include "config/task_examples.h"

namespace mtt {
namespace {

DevSource source_in(const Options& table, const std::string& name) {
  DevSource source{table.string("dev"), table.number("dev_share")};
  if (!source.file.empty() && source.share > 0)
    table.value("dev_share").refuse(name + " has both 'dev' and 'dev_share'; leave one of them out");
  return source;
}

}  // namespace

std::string label_field(const TaskConfig& task) {
  const std::string& given = task.options.string("field");
  return given.empty() ? task.name : given;
}

const Value& file_value(const Experiment& experiment, const TaskConfig& task, const std::string& which) {
  const Value& own = task.options.value(which);
  return own.string().empty() ? experiment.data.value(which) : own;
}

std::string example_file(const Experiment& experiment, const TaskConfig& task, const std::string& which) {
  return file_value(experiment, task, which).string();
}

DevSource dev_source(const Experiment& experiment, const TaskConfig& task) {
  const DevSource own = source_in(task.options, "[tasks." + task.name + "]");
  const DevSource shared = source_in(experiment.data, "[data]");
  return own.file.empty() && own.share == 0 ? shared : own;
}

}  // namespace mtt
