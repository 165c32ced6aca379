// The examples of an experiment, checked before anything is computed.
#pragma once

#include "data/data_check.h"
#include "data/examples.h"
#include "experiment/experiment.h"
#include "plugin/plugin_catalog.h"

namespace mtt {

/// Checks the train, dev and test examples of all tasks, their labels as the tasks' heads declare them; those
/// of a head whose plugin is missing are counted, not judged. Needs the model's tokenizer, not its weights.
/// The result points into `files`.
DataCheck check_experiment_data(const Experiment& experiment, ExampleFiles& files, PluginCatalog& plugins);

}  // namespace mtt
