#include "config/dev_source.h"

namespace mtt {
namespace {

DevSource source_in(const Options& table, const std::string& name) {
  DevSource source{table.string("dev"), table.number("dev_share")};
  if (!source.file.empty() && source.share > 0)
    table.value("dev_share").refuse(name + " has both 'dev' and 'dev_share'; leave one of them out");
  return source;
}

}  // namespace

DevSource dev_source(const Experiment& experiment, const TaskConfig& task) {
  const DevSource own = source_in(task.options, "[tasks." + task.name + "]");
  const DevSource shared = source_in(experiment.data, "[data]");
  return own.file.empty() && own.share == 0 ? shared : own;
}

}  // namespace mtt
