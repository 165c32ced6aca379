// `mtt recommend`: from an experiment file to a recommendation.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "plugin/plugin_catalog.h"
#include "report/console.h"
#include "value/overrides.h"

namespace mtt {

/// How strategies are compared.
struct RecommendSettings {
  std::filesystem::path directory;
  std::int64_t examples = 2000;  ///< training examples of each file, at most
  std::int64_t epochs = 2;
  std::int64_t seeds = 1;
  double margin = 0.01;  ///< a difference of mean scores, not in points
  std::int64_t threads = 1;
  std::vector<std::string> plugin_path = {};  ///< for the runs
  bool json = false;                          ///< print one JSON object
};

/// Compares the strategies in a sweep (`sweep.toml`, `sweep/`) and prints the recommended one. Writes
/// recommended.toml, recommendation.json and console.txt, and to data/ the two parts of each file that
/// dev_share divides. The same call resumes an interrupted comparison. Returns the signal that stopped it, or
/// 0. Throws Error for a task without a validation set, a directory with other files, and a failed run.
int recommend(const std::filesystem::path& file, const std::vector<Override>& overrides,
              const RecommendSettings& settings, PluginCatalog& plugins, Console& console);

}  // namespace mtt
