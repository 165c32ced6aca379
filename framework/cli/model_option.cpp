#include "model_option.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>

#include "model/run_on_workers.h"
#include "mtt/error.h"
#include "mtt/plugin.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::int64_t kMostThreads = 1024;
constexpr const char* kThreads = "MTT_THREADS";

std::int64_t threads_of_environment() {
  const char* text = std::getenv(kThreads);
  if (text == nullptr || *text == '\0') return 0;
  const std::string_view view = text;
  std::int64_t threads = 0;
  const auto result = std::from_chars(view.data(), view.data() + view.size(), threads);
  if (result.ec != std::errc() || result.ptr != view.data() + view.size() || threads < 1 ||
      threads > kMostThreads)
    throw Error(std::string(kThreads) + " is '" + text + "'; expected a number from 1 to " +
                std::to_string(kMostThreads));
  return threads;
}

}  // namespace

void add_plugin_path(CLI::App& verb, std::vector<std::string>& folders) {
  verb.add_option("--plugin-path", folders,
                  "Folder that is searched for plugins before all others; may be repeated")
      ->type_name("DIR")
      ->expected(1)
      ->take_all();
}

PluginCatalog plugin_catalog(const std::vector<std::string>& folders,
                             const std::vector<std::string>& of_config) {
  std::vector<fs::path> first;
  for (const std::string& folder : folders) first.push_back(fs::absolute(folder));
  for (const std::string& folder : of_config) first.emplace_back(folder);
  return PluginCatalog(PluginCatalog::search_folders(first));
}

void note_program(const PluginCatalog& plugins, std::int64_t threads, Console& console) {
  console.note("mtt " MTT_VERSION " (" MTT_ABI_TAG "), " + std::to_string(threads) + " threads");
  for (const fs::path& folder : plugins.folders()) console.note("plugins are searched in " + folder.string());
}

void add_threads(CLI::App& verb, std::int64_t& threads) {
  verb.add_option("--threads", threads,
                  "Number of threads; takes precedence over MTT_THREADS; default: one per processor")
      ->check(CLI::Range(std::int64_t{1}, kMostThreads))
      ->type_name("N");
}

std::int64_t thread_count(std::int64_t given) {
  if (given > 0) return given;
  if (const std::int64_t threads = threads_of_environment(); threads > 0) return threads;
  return processor_count();
}

std::vector<Override> environment_overrides() {
  const std::int64_t threads = threads_of_environment();
  if (threads == 0) return {};
  return {{"run.threads=" + std::to_string(threads), kThreads}};
}

void ModelOption::add_to(CLI::App& verb) {
  add_texts_to(verb, "the model's own limit");
  add_threads(verb, threads);
  verb.add_option("--precision", precision,
                  "Precision of the encoder's linear layers; default: fp32, for an int8 export int8")
      ->check(CLI::IsMember(precision_names()))
      ->type_name("P");
  add_plugin_path(verb, plugin_path);
}

void ModelOption::add_texts_to(CLI::App& verb, const std::string& limit) {
  verb.add_option("--model", model,
                  "A model directory, a run directory, or the name of a model in the local caches")
      ->type_name("MODEL")
      ->required();
  verb.add_option("--prompt", prompt,
                  "Prompt that is prepended to every text: the name of a prompt of the model, or its text")
      ->type_name("NAME|TEXT");
  verb.add_option("--max-tokens", max_tokens,
                  "Maximum number of tokens per text; longer texts are truncated; default: " + limit)
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}))
      ->type_name("N");
}

namespace {

OpenSettings settings_of(const ModelOption& option, Heads heads) {
  return {
      .model = option.model,
      .prompt = option.prompt,
      .max_tokens = option.max_tokens,
      .threads = option.threads > 0 ? option.threads : threads_of_environment(),
      .precision = option.precision.empty() ? std::nullopt : std::optional(precision_named(option.precision)),
      .heads = heads};
}

}  // namespace

OpenModel open_model(const ModelOption& option, Heads heads, Console& console) {
  PluginCatalog plugins = plugin_catalog(option.plugin_path);
  OpenModel open = open_model(settings_of(option, heads), plugins);
  note_program(plugins, open.session->threads(), console);
  console.note("model " + open.path.string() + ", texts are truncated to " +
               std::to_string(open.encoder.max_tokens) + " tokens, " + "at most " +
               std::to_string(open.session->tokens_per_forward()) + " tokens per batch, " +
               precision_name(open.precision));
  for (const PluginLibrary& library : plugins.libraries())
    console.note("plugin " + library.name + " " + library.version + ", " + library.file.string());
  for (const std::string& warning : open.encoder.warnings) console.warn(warning);
  return open;
}

std::string with_precision(const std::string& what, Precision precision) {
  return precision == Precision::fp32 ? what : what + " (" + precision_name(precision) + ")";
}

OpenTokenizer open_tokenizer(const ModelOption& option) {
  return open_tokenizer(settings_of(option, Heads::unused));
}

}  // namespace mtt
