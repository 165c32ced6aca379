// A backbone with its tokenizer and sentence modules, ready to encode.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/batching.h"
#include "model/model_directory.h"
#include "model/multi_task_model.h"
#include "mtt/options.h"
#include "plugin/plugin_catalog.h"

namespace mtt {

/// What a user asks of an encoder: the keys of [backbone].
struct EncoderSettings {
  std::string model;
  std::string plugin = "auto";
  std::vector<std::string> pooling = {"model"};
  std::string normalize = "model";
  std::int64_t max_tokens = 0;
  std::string prompt;
  Value options;
  bool accepts_int8 = false;    ///< whether weights of 8 bits are read, which are for inference alone
  bool follows_modules = true;  ///< false: modules.json is not read, as in transformers

  static EncoderSettings from(const Options& backbone);
};

/// A loaded encoder.
struct Encoder {
  ModelDirectory directory;
  std::string plugin;             ///< the backbone plugin's name
  bool is_int8 = false;           ///< its weights were exported in 8 bits
  bool serves_model_type = true;  ///< whether the plugin implements models of the directory's type
  Options backbone_options;
  std::unique_ptr<MultiTaskModel> model;  ///< without tasks yet
  std::int64_t max_tokens = 0;
  std::string prompt;                 ///< its text
  std::vector<std::string> warnings;  ///< of the directory and its weights

  /// The tokenizer behind the prompt; valid as long as this encoder.
  TextEncoder text_encoder() const { return {*directory.tokenizer, max_tokens, prompt}; }
};

/// Finds and loads a model. What is missing, contradictory or out of range throws Error.
Encoder load_encoder(const EncoderSettings& settings, PluginCatalog& plugins);

/// The poolings of an option `pooling`; none where it is "model". `include_prompt` is the model's.
std::optional<Pooling> pooling_of(const std::vector<std::string>& words, bool include_prompt);

}  // namespace mtt
