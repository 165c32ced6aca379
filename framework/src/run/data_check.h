// The examples of an experiment, checked before anything is computed.
#pragma once

#include "config/experiment.h"
#include "data/data_check.h"
#include "data/examples.h"

namespace mtt {

/// Checks the train, dev and test examples of all tasks. Needs the model's tokenizer, neither its weights nor
/// plugins. The result points into `files`.
DataCheck check_experiment_data(const Experiment& experiment, ExampleFiles& files);

}  // namespace mtt
