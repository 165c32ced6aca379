// `--model` and what goes with it.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "data/text_keys.h"
#include "model/encoder.h"
#include "model/inference.h"
#include "plugin/plugin_catalog.h"
#include "report/console.h"
#include "value/overrides.h"

namespace mtt {

/// Adds --plugin-path.
void add_plugin_path(CLI::App& verb, std::vector<std::string>& folders);
/// The folders of --plugin-path, made absolute, then the others.
PluginCatalog plugin_catalog(const std::vector<std::string>& folders,
                             const std::vector<std::string>& of_config = {});

/// Notes for --verbose: this program and its LibTorch, the folders that are searched for plugins, and
/// threads.
void note_program(const PluginCatalog& plugins, std::int64_t threads, Console& console);

/// Adds --threads.
void add_threads(CLI::App& verb, std::int64_t& threads);
/// `given`, or MTT_THREADS, or the number of processors.
std::int64_t thread_count(std::int64_t given);
/// The assignment `run.threads=N` of MTT_THREADS, where it is set.
std::vector<Override> environment_overrides();

/// The options of a verb that takes a model.
struct ModelOption {
  std::string model;
  std::string prompt;
  std::int64_t max_tokens = 0;
  std::int64_t threads = 0;
  std::vector<std::string> plugin_path;

  void add_to(CLI::App& verb);
};

/// A model directory or a run, opened.
struct OpenModel {
  Encoder encoder;
  std::vector<std::string> fields;                   ///< one a task; empty for a plain model
  std::vector<std::vector<std::string>> test_files;  ///< of each task
  std::vector<TextKeys> text_keys;                   ///< of each task's files
  std::vector<std::vector<std::string>> tags;        ///< names of integer tags of each task
  TextKeys keys;                                     ///< of files that no task names
  std::int64_t threads = 1;
  std::int64_t tokens_per_forward = 512;

  Inference inference() const {
    return {*encoder.model, encoder.text_encoder(), threads, tokens_per_forward};
  }
};

/// Whether a command uses the heads of a model.
enum class Heads { unused, used };

/// Opens what --model names and prints its warnings. Of a directory that is no run, a head is read only where
/// it is used.
OpenModel open_model(const ModelOption& option, Heads heads, Console& console);

/// The tokenizer of what --model names, without weights or plugins.
struct OpenTokenizer {
  ModelDirectory directory;
  std::string prompt;  ///< its text
};
OpenTokenizer open_tokenizer(const ModelOption& option);

}  // namespace mtt
