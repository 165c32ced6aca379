// From [tasks.<name>] to a head in a model.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/experiment.h"
#include "data/examples.h"
#include "model/encoder.h"
#include "model/inference.h"
#include "plugin/plugin_catalog.h"

namespace mtt {

/// A head that is made, but knows no labels and has no weights yet.
struct TaskPlan {
  const TaskConfig* config = nullptr;
  Options head_options;
  Task task;

  std::string field() const;  ///< the key of its labels
  /// The file of its examples, its own or that of [data]; "" where there is none. `which` is "train" or
  /// "test".
  std::string file(const Experiment& experiment, const std::string& which) const;
};

/// Makes the heads of all tasks, and checks all that can be checked without data.
std::vector<TaskPlan> plan_tasks(const Experiment& experiment, const Encoder& encoder,
                                 PluginCatalog& plugins);

/// Gives a head labels and parameters from examples, random ones where init = "none", and adds it to the
/// model. The random draws depend on `seed` and the task's name alone.
void build_task(TaskPlan plan, const Examples* examples, Encoder& encoder, std::int64_t tokens_per_forward,
                std::int64_t seed);

/// The metrics of every task on held-out examples, in the order of the tasks; tasks without a test file have
/// none.
struct TaskScore {
  std::string task;
  std::string file;
  std::int64_t examples = 0;  ///< that have a label for the task
  std::vector<Metric> metrics;
};
TaskScore score_task(std::size_t task, const std::string& field, const std::string& file,
                     const std::string& text_field, const Inference& inference, const MultiTaskModel& model);

}  // namespace mtt
