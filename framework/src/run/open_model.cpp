#include "run/open_model.h"

#include <filesystem>
#include <optional>
#include <system_error>

#include "experiment/section_options.h"
#include "experiment/task_examples.h"
#include "io/file.h"
#include "io/model_cache.h"
#include "model/json_file.h"
#include "model/run_on_workers.h"
#include "mtt/error.h"
#include "nn/linear_backend.h"
#include "run/hugging_face_head.h"
#include "run/hugging_face_task.h"
#include "run/linear_head_file.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

fs::path model_path(const std::string& model) {
  std::error_code error;
  return fs::is_directory(model, error) ? named_path(model) : find_model(model);
}

/// What the settings change in a run's configuration.
std::vector<Override> overrides_of(const OpenSettings& settings) {
  std::vector<Override> overrides;
  if (!settings.prompt.empty())
    overrides.push_back({"backbone.prompt=" + Value(settings.prompt).json(), "--prompt"});
  if (settings.max_tokens > 0)
    overrides.push_back({"backbone.max_tokens=" + std::to_string(settings.max_tokens), "--max-tokens"});
  if (settings.threads > 0)
    overrides.push_back({"run.threads=" + std::to_string(settings.threads), "--threads"});
  return overrides;
}

/// Such a head reads texts as transformers' pipeline does, which knows nothing of modules.json.
bool has_hugging_face_head(const fs::path& directory) {
  const auto config = read_json_if_there(directory / "config.json");
  return config && hugging_face_head(*config) && !fs::exists(directory / kLinearHeadFile);
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
  open.task_data = {{.field = task->name}};
  encoder.model->add(std::move(*task));
}

/// Prepares the backbone. Without products in bfloat16, float32 is used: it is slower, but no less exact.
void set_precision(OpenModel& open, std::optional<Precision> asked) {
  if (open.encoder.is_int8 && asked.value_or(Precision::int8) != Precision::int8)
    throw Error("'" + open.path.string() + "' was exported in int8, so --precision " +
                precision_name(*asked) + " is not possible; leave it out");
  Precision precision = asked.value_or(open.encoder.is_int8 ? Precision::int8 : Precision::fp32);
  if (precision != Precision::fp32 && nn::reduced_backend(precision) == nullptr) {
    if (precision == Precision::int8)
      throw Error("this processor has no instructions for int8 (AVX2 at least); use --precision fp32" +
                  std::string(open.encoder.is_int8 ? " with the model that was exported" : ""));
    open.encoder.warnings.emplace_back(
        "this processor has no bf16 instructions (AVX512-BF16 or AMX); fp32 is used");
    precision = Precision::fp32;
  }
  open.encoder.model->backbone().module().infer_in(precision);
  open.precision = precision;
}

void start_session(OpenModel& open, std::int64_t threads, std::int64_t tokens_per_forward) {
  if (threads == 0) threads = processor_count();
  open.session = std::make_unique<Session>(*open.encoder.model, open.encoder.text_encoder(), threads,
                                           tokens_per_forward);
}

void open_run(OpenModel& open, const OpenSettings& settings, PluginCatalog& plugins) {
  LoadedRun run = load_run(open.path, overrides_of(settings), plugins);
  open.encoder = std::move(run.encoder);
  open.task_data = std::move(run.task_data);
  open.keys = text_keys(run.experiment);
  start_session(open, run.experiment.run.integer("threads"),
                run.experiment.run.integer("tokens_per_forward"));
}

void open_directory(OpenModel& open, const OpenSettings& settings, PluginCatalog& plugins) {
  EncoderSettings encoder;
  encoder.model = open.path.string();
  encoder.prompt = settings.prompt;
  encoder.max_tokens = settings.max_tokens;
  encoder.accepts_int8 = true;
  encoder.follows_modules = settings.heads == Heads::unused || !has_hugging_face_head(open.path);
  open.encoder = load_encoder(encoder, plugins);
  if (settings.heads == Heads::used) add_head(open, settings.prompt, plugins);
  start_session(open, settings.threads, run_options().find("tokens_per_forward")->fallback->integer());
}

}  // namespace

OpenModel open_model(const OpenSettings& settings, PluginCatalog& plugins) {
  OpenModel open;
  open.path = model_path(settings.model);
  is_run_directory(open.path) ? open_run(open, settings, plugins) : open_directory(open, settings, plugins);
  set_precision(open, settings.precision);
  return open;
}

OpenTokenizer open_tokenizer(const OpenSettings& settings) {
  fs::path model = model_path(settings.model);
  std::string prompt = settings.prompt;
  if (is_run_directory(model)) {
    const Experiment experiment = read_run_config(model, overrides_of(settings));
    model = find_model(experiment.backbone.string("model"));
    prompt = experiment.backbone.string("prompt");
  }
  OpenTokenizer open;
  open.directory = ModelDirectory::read(model);
  open.prompt = open.directory.prompt_text(prompt);
  return open;
}

}  // namespace mtt
