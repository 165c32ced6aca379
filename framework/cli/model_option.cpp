#include "model_option.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string_view>
#include <thread>

#include "experiment/task_examples.h"
#include "io/model_cache.h"
#include "model/json_file.h"
#include "mtt/error.h"
#include "mtt/plugin.h"
#include "run/hugging_face_head.h"
#include "run/hugging_face_task.h"
#include "run/linear_head_file.h"
#include "run/run_directory.h"

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
  return std::max<std::int64_t>(1, std::thread::hardware_concurrency());
}

std::vector<Override> environment_overrides() {
  const std::int64_t threads = threads_of_environment();
  if (threads == 0) return {};
  return {{"run.threads=" + std::to_string(threads), kThreads}};
}

void ModelOption::add_to(CLI::App& verb) {
  verb.add_option("--model", model,
                  "A model directory, a run directory, or the name of a model in the local caches")
      ->type_name("MODEL")
      ->required();
  verb.add_option("--prompt", prompt,
                  "Prompt that is prepended to every text: the name of a prompt of the model, or its text")
      ->type_name("NAME|TEXT");
  verb.add_option(
          "--max-tokens", max_tokens,
          "Maximum number of tokens per text; longer texts are truncated; default: the model's own limit")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{1'000'000}))
      ->type_name("N");
  add_threads(verb, threads);
  add_plugin_path(verb, plugin_path);
}

namespace {

/// A directory of the working directory goes before a name in the caches.
fs::path model_path(const std::string& argument) {
  std::error_code error;
  return fs::is_directory(argument, error) ? fs::absolute(argument).lexically_normal() : find_model(argument);
}

/// What the options of the verb change in a run's configuration.
std::vector<Override> overrides_of(const ModelOption& option) {
  std::vector<Override> overrides = environment_overrides();
  if (!option.prompt.empty())
    overrides.push_back({"backbone.prompt=" + Value(option.prompt).json(), "--prompt"});
  if (option.max_tokens > 0)
    overrides.push_back({"backbone.max_tokens=" + std::to_string(option.max_tokens), "--max-tokens"});
  if (option.threads > 0) overrides.push_back({"run.threads=" + std::to_string(option.threads), "--threads"});
  return overrides;
}

/// Adds the head of a directory that is no run, where it has one.
void add_head(OpenModel& open, const std::string& prompt, PluginCatalog& plugins) {
  Encoder& encoder = open.encoder;
  std::optional<Task> task = linear_head_task(encoder, plugins);
  if (!task) {
    task = hugging_face_task(encoder, plugins, encoder.warnings);
    if (task && prompt.empty() && !encoder.prompt.empty()) {
      encoder.warnings.push_back("the default prompt " + Value(encoder.prompt).json() +
                                 " is not used for the head of config.json; set it with --prompt");
      encoder.prompt.clear();
    }
  }
  if (!task) return;
  open.fields = {task->name};
  open.test_files = {{}};
  open.text_keys = {{}};
  open.tags = {{}};
  encoder.model->add(std::move(*task));
}

/// Such a head reads texts as transformers' pipeline does, which knows nothing of modules.json.
bool has_hugging_face_head(const fs::path& directory) {
  const auto config = read_json_if_there(directory / "config.json");
  return config && hugging_face_head(*config) && !fs::exists(directory / kLinearHeadFile);
}

}  // namespace

OpenModel open_model(const ModelOption& option, Heads heads, Console& console) {
  PluginCatalog plugins = plugin_catalog(option.plugin_path);
  OpenModel open;
  open.threads = thread_count(option.threads);
  const fs::path path = model_path(option.model);
  if (is_run_directory(path)) {
    LoadedRun run = load_run(path, overrides_of(option), plugins);
    open.encoder = std::move(run.encoder);
    open.fields = std::move(run.fields);
    open.test_files = std::move(run.test_files);
    open.text_keys = std::move(run.text_keys);
    open.tags = std::move(run.tags);
    open.keys = text_keys(run.experiment);
    open.tokens_per_forward = run.experiment.run.integer("tokens_per_forward");
    open.threads = thread_count(run.experiment.run.integer("threads"));
  } else {
    EncoderSettings settings;
    settings.model = path.string();
    settings.prompt = option.prompt;
    settings.max_tokens = option.max_tokens;
    settings.follows_modules = heads != Heads::used || !has_hugging_face_head(path);
    open.encoder = load_encoder(settings, plugins);
    if (heads == Heads::used) add_head(open, option.prompt, plugins);
  }
  note_program(plugins, open.threads, console);
  console.note("model " + path.string() + ", texts are truncated to " +
               std::to_string(open.encoder.max_tokens) + " tokens, " +
               std::to_string(open.tokens_per_forward) + " tokens per forward");
  for (const PluginLibrary& library : plugins.libraries())
    console.note("plugin " + library.name + " " + library.version + ", " + library.file.string());
  for (const std::string& warning : open.encoder.warnings) console.warn(warning);
  return open;
}

OpenTokenizer open_tokenizer(const ModelOption& option) {
  const fs::path path = model_path(option.model);
  OpenTokenizer open;
  std::string prompt = option.prompt;
  fs::path model = path;
  if (is_run_directory(path)) {
    const Experiment experiment = read_run_config(path, overrides_of(option));
    model = find_model(experiment.backbone.string("model"));
    prompt = experiment.backbone.string("prompt");
  }
  open.directory = ModelDirectory::read(model);
  open.prompt = open.directory.prompt_text(prompt);
  return open;
}

}  // namespace mtt
