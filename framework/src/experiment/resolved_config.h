// The whole configuration, defaults included.
#pragma once

#include <string>
#include <vector>

#include "experiment/experiment.h"

namespace mtt {

/// What plugins add to the configuration of a task.
struct ResolvedTask {
  Options head_options;
  std::string init;  ///< what "auto" stands for
};

/// The configuration with every default, as a tree. `tasks` has one entry for each task.
/// `weighting_options` holds the plugin's own, null where nothing is trained.
Value resolved_config(const Experiment& experiment, const Value& backbone_options,
                      const std::vector<ResolvedTask>& tasks, const Value& weighting_options);

/// One line a value: `run.seed = 1    # default`; the origin is "file:3:1", "--set ...", "MTT_THREADS" or
/// "default".
std::string config_with_origins(const Experiment& experiment, const Value& resolved);

}  // namespace mtt
