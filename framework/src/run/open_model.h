// A model opened for use: its encoder, its heads, and a session that runs them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/text_keys.h"
#include "model/encoder.h"
#include "model/session.h"
#include "mtt/precision.h"
#include "plugin/plugin_catalog.h"
#include "run/run_directory.h"

namespace mtt {

/// Whether the heads of a model are used.
enum class Heads { unused, used };

/// Which model is opened, and how.
struct OpenSettings {
  /// A model directory, the directory of a run, or the name of a model in the local caches. A directory of
  /// the working directory is found before a name in the caches.
  std::string model;
  std::string prompt = {};      ///< the name of a prompt of the model, or its text; empty: the default prompt
  std::int64_t max_tokens = 0;  ///< at which texts are truncated; 0: the model's own limit
  std::int64_t threads = 0;     ///< 0: those of the run's configuration, or one per processor
  /// Of the backbone's linear layers; none: int8 for a model that was exported in it, else fp32.
  std::optional<Precision> precision = {};
  Heads heads = Heads::used;  ///< unused: of a directory that is no run, heads are not read
};

/// An opened model. Its warnings are those of the encoder, and that bf16 is not available.
struct OpenModel {
  OpenModel() = default;
  OpenModel(OpenModel&&) = default;
  OpenModel& operator=(OpenModel&&) = delete;  // the old session would outlive its model

  std::filesystem::path path;
  Precision precision = Precision::fp32;  ///< that is used
  Encoder encoder;
  std::vector<TaskData> task_data;  ///< one per task
  TextKeys keys = {};               ///< of files that no task names
  std::unique_ptr<Session> session = {};
};

/// Opens a model. Whatever is missing, unknown or contradictory throws Error.
OpenModel open_model(const OpenSettings& settings, PluginCatalog& plugins);

/// The tokenizer of a model, without weights or plugins.
struct OpenTokenizer {
  ModelDirectory directory;
  std::string prompt;  ///< its text
};
OpenTokenizer open_tokenizer(const OpenSettings& settings);

}  // namespace mtt
