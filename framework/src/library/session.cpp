#include "mtt/session.h"

#include <algorithm>
#include <mutex>
#include <utility>

#include "model/prediction_row.h"
#include "model/task_places.h"
#include "model/truncated_vectors.h"
#include "plugin/plugin_call.h"
#include "run/open_model.h"

namespace mtt {

namespace {

/// A view of a tensor's values that keeps the tensor.
Vectors vectors_of(const at::Tensor& tensor) {
  const auto kept = std::make_shared<at::Tensor>(tensor.contiguous());
  return {{kept, kept->const_data_ptr<float>()}, kept->size(0), kept->size(1)};
}

PluginCatalog catalog_of(const std::vector<std::string>& folders) {
  std::vector<std::filesystem::path> first;
  for (const std::string& folder : folders) first.push_back(std::filesystem::absolute(folder));
  return PluginCatalog(PluginCatalog::search_folders(first));
}

}  // namespace

struct ModelSession::Impl {
  PluginCatalog plugins;
  OpenModel open;

  const MultiTaskModel& model() const { return *open.encoder.model; }
  const ModelDirectory& directory() const { return open.encoder.directory; }
  /// Of a call, where "" is no prompt; at opening it is the default prompt.
  std::optional<std::string> prompt(const std::optional<std::string>& name_or_text) const {
    if (!name_or_text || name_or_text->empty()) return name_or_text;
    return directory().prompt_text(*name_or_text);
  }
};

ModelSession::ModelSession(const std::string& model, const SessionSettings& settings, const char* abi_tag) {
  if (std::string(abi_tag) != MTT_ABI_TAG)
    throw Error("this program was compiled with another version of mtt than the library it loads (program: " +
                std::string(abi_tag) + "; library: " MTT_ABI_TAG "); rebuild it");
  static std::mutex one_at_a_time;  // plugins are loaded for the whole process
  const std::lock_guard lock(one_at_a_time);
  PluginCatalog plugins = catalog_of(settings.plugin_path);
  OpenModel open = open_model({.model = model,
                               .prompt = settings.prompt,
                               .max_tokens = settings.max_tokens,
                               .threads = settings.threads,
                               .precision = settings.precision},
                              plugins);
  impl_ = std::make_unique<Impl>(Impl{std::move(plugins), std::move(open)});
}

ModelSession::ModelSession(ModelSession&&) noexcept = default;
ModelSession& ModelSession::operator=(ModelSession&&) noexcept = default;
ModelSession::~ModelSession() = default;

Vectors ModelSession::encode(const std::vector<std::string>& texts, const EncodeSettings& settings) const {
  Request request{.texts = texts};
  request.prompt = impl_->prompt(settings.prompt);
  request.normalize = settings.normalize;
  const Response response = impl_->open.session->run(std::move(request));
  const bool normalize = settings.normalize.value_or(impl_->model().modules().normalizes());
  const std::int64_t width = settings.dimensions > 0 ? settings.dimensions : dimensions();
  return vectors_of(truncated_vectors(response.sentences, width, normalize));
}

std::vector<Vectors> ModelSession::encode_tokens(const std::vector<std::string>& texts) const {
  Request request{.texts = texts};
  request.sentences = false;
  request.token_vectors = true;
  std::vector<Vectors> all;
  for (const at::Tensor& vectors : impl_->open.session->run(std::move(request)).token_vectors)
    all.push_back(vectors_of(vectors));
  return all;
}

std::vector<Value> ModelSession::predict(const std::vector<std::string>& texts,
                                         const PredictSettings& settings) const {
  const std::vector<Task>& tasks = impl_->model().tasks();
  if (tasks.empty()) throw Error("the model '" + path() + "' has no heads; use encode for its vectors");
  const auto is_there = [](const std::optional<std::string>& text) { return text.has_value(); };
  if (std::any_of(settings.second_texts.begin(), settings.second_texts.end(), is_there) &&
      !impl_->model().reads_pairs())
    throw Error("no task of '" + path() + "' reads pairs; remove the second texts");
  Request request{.texts = texts, .second_texts = settings.second_texts};
  request.prompt = impl_->prompt(settings.prompt);
  request.sentences = false;
  request.predictions = true;
  request.tasks = task_places(tasks, settings.tasks);
  request.top = settings.top;
  const Response response = impl_->open.session->run(std::move(request));
  std::vector<Value> rows;
  for (std::size_t i = 0; i < texts.size(); ++i)
    rows.push_back(prediction_row(texts[i],
                                  settings.second_texts.empty() ? std::nullopt : settings.second_texts[i],
                                  tasks, response.predictions, static_cast<std::int64_t>(i)));
  return rows;
}

std::vector<TextTokens> ModelSession::tokenize(const std::vector<std::string>& texts) const {
  const Tokenizer& tokenizer = *impl_->directory().tokenizer;
  const TextEncoder encoder(tokenizer, 0, impl_->open.encoder.prompt);
  std::vector<TextTokens> all;
  for (const std::string& text : texts) {
    TokenizedText tokenized = encoder.encode(text);
    TextTokens& tokens = all.emplace_back();
    for (const std::int32_t id : tokenized.tokens.ids) tokens.tokens.emplace_back(tokenizer.token(id));
    tokens.ids = std::move(tokenized.tokens.ids);
    tokens.offsets = std::move(tokenized.tokens.chars);
  }
  return all;
}

std::string ModelSession::path() const { return impl_->open.path.string(); }
std::int64_t ModelSession::dimensions() const { return impl_->model().modules().width(); }
std::int64_t ModelSession::max_tokens() const { return impl_->open.encoder.max_tokens; }
Precision ModelSession::precision() const { return impl_->open.precision; }
std::string ModelSession::similarity() const { return impl_->directory().similarity; }

std::vector<std::string> ModelSession::prompts() const {
  std::vector<std::string> names;
  for (const auto& [name, text] : impl_->directory().prompts) names.push_back(name);
  return names;
}

std::vector<TaskFacts> ModelSession::tasks() const {
  std::vector<TaskFacts> all;
  for (const Task& task : impl_->model().tasks())
    all.push_back(
        {task.name, task.plugin, task.label_names(), task.reads_pairs(), task.reads_single_texts()});
  return all;
}

const std::vector<std::string>& ModelSession::warnings() const { return impl_->open.encoder.warnings; }

}  // namespace mtt
