// From [tasks.<name>] to a head in a model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/examples.h"
#include "experiment/experiment.h"
#include "model/encoder.h"
#include "plugin/plugin_catalog.h"
#include "run/drawn_files.h"

namespace mtt {

struct HeadStart;
struct FittingSettings;

/// A head that is made, but knows no labels and has no weights yet.
struct TaskPlan {
  const TaskConfig* config = nullptr;
  Options head_options;
  Task task;
  DrawnFiles files;
  std::string init = {};        ///< the initialisation that was chosen
  const Task* start = nullptr;  ///< the task of another run whose weights its head starts from

  std::string field() const;  ///< the key of its labels
};

/// Makes the heads of all tasks, and checks all that can be checked without data.
std::vector<TaskPlan> plan_tasks(const Experiment& experiment, const Encoder& encoder,
                                 PluginCatalog& plugins);

/// Throws Error where a task whose head transforms its inputs shares its training file with another task.
void check_transforms(const std::vector<TaskPlan>& plans, const Experiment& experiment);

/// Throws Error where a task on pairs has examples without second sentences.
void check_pairs(const std::vector<TaskPlan>& plans, const Experiment& experiment, ExampleFiles& files);

/// Gives the heads labels and random parameters, fits them where `fitting` is given, and adds them to the
/// model. Random draws depend on run.seed and the task's name alone. Returns how each head starts; empty
/// without `fitting`.
std::vector<HeadStart> build_tasks(std::vector<TaskPlan> plans, const Experiment& experiment,
                                   ExampleFiles& files, Encoder& encoder, const FittingSettings* fitting);

}  // namespace mtt
