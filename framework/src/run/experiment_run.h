// One experiment from its file to its results.
#pragma once

#include <cstdint>
#include <filesystem>

#include "experiment/experiment.h"
#include "plugin/plugin_catalog.h"
#include "report/messages.h"
#include "run/run_check.h"

namespace mtt {

/// Reads configuration, plugins, model and examples, builds the heads, looks for everything that would end a
/// run later, and says what a run would do. Writes nothing. What is wrong throws Error.
void check_experiment(const Experiment& experiment, const RunCheckSettings& settings, PluginCatalog& plugins,
                      Messages& messages);

/// Where a run keeps things.
struct RunPlace {
  std::filesystem::path directory;  ///< of the run
  std::filesystem::path probes =
      {};  ///< a folder of probes that runs share; empty: the run's own, until it ends
};

/// Runs an experiment: builds the heads, trains where there is [train], shows embeddings, similarities and
/// predictions of its sentences, scores the heads, and keeps everything in its directory: config.toml,
/// heads/, backbone.safetensors, console.txt, metrics.jsonl, events/, cost.json, embeddings.npy,
/// similarity.svg, predictions.jsonl, scores.jsonl, environment.json. With `resume` a training that was
/// stopped goes on from its last checkpoint. Returns the number of the signal that stopped it, 0 where none
/// did.
int run_experiment(const Experiment& experiment, const RunPlace& place, std::int64_t threads, bool resume,
                   PluginCatalog& plugins, Messages& messages);

}  // namespace mtt
