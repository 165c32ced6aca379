// `--model` and what goes with it.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <vector>

#include "plugin/plugin_catalog.h"
#include "report/console.h"
#include "run/open_model.h"
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
  std::string precision;  ///< "": not given
  std::vector<std::string> plugin_path;

  void add_to(CLI::App& verb);
  /// Adds what decides how texts are tokenized alone; `limit` says what holds without --max-tokens.
  void add_texts_to(CLI::App& verb, const std::string& limit);
};

/// Opens what --model names and prints its warnings. Of a directory that is no run, a head is read only where
/// it is used.
OpenModel open_model(const ModelOption& option, Heads heads, Console& console);

/// "encoding", or "encoding (int8)": what a progress bar says.
std::string with_precision(const std::string& what, Precision precision);

/// The tokenizer of what --model names, without weights or plugins.
OpenTokenizer open_tokenizer(const ModelOption& option);

}  // namespace mtt
