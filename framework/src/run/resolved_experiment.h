// An experiment with the defaults and choices of its plugins.
#pragma once

#include "experiment/experiment.h"
#include "plugin/plugin_catalog.h"

namespace mtt {

/// The whole configuration, the options of plugins and what "auto" stands for in `init` among it. It loads
/// plugins, and neither model nor examples.
Value resolved_experiment(const Experiment& experiment, PluginCatalog& plugins);

}  // namespace mtt
