#include "run/pair_problem.h"

#include <algorithm>

#include "experiment/task_examples.h"

namespace mtt {

std::vector<std::string> pair_problems(const Experiment& experiment, const TaskConfig& config,
                                       const Task& task, const DrawnFiles& drawn, ExampleFiles& files) {
  std::vector<std::string> problems;
  if (!task.reads_pairs()) return problems;
  const auto check = [&](const std::string& which, const std::string& file) {
    if (file.empty() || !files.get(file).partners.empty()) return;
    const bool learns = experiment.trains && file == drawn.train;
    const std::vector<Value> labels = files.get(file).labels(label_field(config));
    const bool labelled = std::any_of(labels.begin(), labels.end(),
                                      [](const Value& label) { return !label.is(Value::Kind::null); });
    if (learns || task.transforms() || labelled)
      problems.push_back("task '" + config.name + "' reads pairs of sentences, but its " + which + " file '" +
                         files.path(file) + "' " + files.get(file).why_no_partners);
  };
  check("train", drawn.train);
  check("dev", drawn.dev);
  for (const std::string& file : test_sets(experiment, config, files)) check("test", file);
  return problems;
}

}  // namespace mtt
