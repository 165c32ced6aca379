// All that a run reads, before it computes or writes anything.
#pragma once

#include <optional>
#include <vector>

#include "data/examples.h"
#include "experiment/experiment.h"
#include "model/encoder.h"
#include "plugin/plugin_catalog.h"
#include "report/messages.h"
#include "run/task_building.h"
#include "run/training.h"
#include "run/warm_start.h"

namespace mtt {

/// The model, the tasks with their examples, and the plan of the training.
struct Prepared {
  WarmStart start;
  Encoder encoder;
  std::vector<TaskPlan> plans;
  ExampleFiles files;
  std::optional<TrainingPlan> training;  ///< none: the experiment has no [train]
};

/// Reads model, plugins and examples and plans the training; warns of what may be a mistake. What is wrong
/// throws Error; with `checks` examples that do not fit the model do not, since a check lists all of them.
Prepared prepare(const Experiment& experiment, PluginCatalog& plugins, Messages& messages,
                 bool checks = false);

/// The configuration of the run, defaults included.
Value resolved(const Experiment& experiment, const Prepared& prepared);

}  // namespace mtt
