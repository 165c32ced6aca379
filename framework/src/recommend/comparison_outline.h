// What a comparison of strategies has to know of an experiment.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "experiment/experiment.h"
#include "plugin/plugin_catalog.h"
#include "recommend/comparison_file.h"
#include "recommend/recommend_run.h"
#include "report/console.h"

namespace mtt {

/// The tasks, the strategies, and the size of the full training.
struct Outline {
  std::vector<ComparedTask> tasks;
  std::vector<bool> higher_is_better;
  std::vector<Strategy> strategies;
  std::int64_t steps = 0;     ///< of the full training
  double share_of_files = 1;  ///< the examples of the comparison as a part of all
};

/// The experiment with full fine-tuning from probes and without test sets; `own` is the experiment as
/// written.
Experiment full_training(const std::filesystem::path& file, std::vector<Override> overrides,
                         const Experiment& own);

/// Reads data and model. Parts into which dev_share divides a training file are written into the directory of
/// the recommendation. What is missing or invalid throws Error.
Outline outline(const Experiment& own, const Experiment& full, const RecommendSettings& settings,
                PluginCatalog& plugins, Console& console);

}  // namespace mtt
