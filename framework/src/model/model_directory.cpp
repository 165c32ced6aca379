#include "model/model_directory.h"

#include <algorithm>
#include <optional>

#include "io/file.h"
#include "model/config_file.h"
#include "model/json_file.h"
#include "model/plain_directory.h"
#include "model/sentence_settings.h"
#include "model/tokenizer_directory.h"
#include "model/transformer_config.h"
#include "mtt/error.h"
#include "text/component_json.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

/// The longest text in tokens, special tokens included; 0: no limit is known.
std::int64_t token_limit(const ModelDirectory& model, const TransformerConfig& settings,
                         std::vector<std::string>& warnings) {
  const bool bounded = !is_null(model.config.find("max_position_embeddings"));
  const std::int64_t positions = bounded ? config_size(model.config, "max_position_embeddings") : 0;
  if (settings.max_tokens > 0) {
    if (positions == 0 || settings.max_tokens <= positions) return settings.max_tokens;
    warnings.push_back(settings.file + ": the limit of " + std::to_string(settings.max_tokens) +
                       " tokens is beyond max_position_embeddings " + std::to_string(positions) +
                       "; longer texts are truncated to that");
    return positions;
  }
  std::int64_t length = positions;
  if (const auto tokenizer = read_json_if_there(model.transformer / "tokenizer_config.json")) {
    const Value* value = tokenizer->find("model_max_length");
    if (value == nullptr) value = tokenizer->find("max_len");
    if (!is_null(value) && value->number() >= 1 &&
        (length == 0 || value->number() < static_cast<double>(length)))
      length = static_cast<std::int64_t>(std::min(value->number(), 1e9));
  }
  return length;
}

/// A wrong size in the pooling's file changes no vector.
void warn_of_dimension(const ModelDirectory& model, std::int64_t pooled, std::vector<std::string>& warnings) {
  const Value* hidden = model.config.find("hidden_size");
  if (hidden == nullptr) hidden = model.config.find("dim");
  if (pooled == 0 || is_null(hidden) || hidden->integer() == pooled) return;
  warnings.push_back(model.path.string() + ": the pooling module expects vectors of size " +
                     std::to_string(pooled) + ", but the size in config.json is " +
                     std::to_string(hidden->integer()) + ", which is followed, as in sentence-transformers");
}

}  // namespace

ModelDirectory ModelDirectory::read(const fs::path& path, bool follows_modules) {
  if (!fs::is_directory(path))
    throw Error(path.string() + " is not a directory; a model is a directory with config.json");
  ModelDirectory model;
  model.path = path;
  model.transformer = path;
  bool modular = fs::exists(path / "modules.json");
  if (modular) {
    SentenceSettings settings = read_sentence_settings(path, model.warnings);
    modular = settings.model_type == "SentenceTransformer";
    if (!modular && follows_modules)
      model.warnings.push_back(
          (path / "config_sentence_transformers.json").string() + ": model_type is '" + settings.model_type +
          "', whose modules are not supported; sentence vectors are the mean of the token vectors, not "
          "normalised, as if SentenceTransformer of sentence-transformers loads such a directory");
    model.prompts = std::move(settings.prompts);
    model.default_prompt = std::move(settings.default_prompt);
    model.similarity = std::move(settings.similarity);
    model.truncate = settings.truncate;
  }
  modular = modular && follows_modules;
  ModuleList modules;
  if (modular) {
    modules = read_module_list(path, model.warnings);
    model.transformer = modules.transformer;
    model.pooling = modules.pooling.pooling;
    model.dense = std::move(modules.dense);
    model.normalize = modules.normalize;
  }
  model.config = read_json(model.transformer / "config.json");
  const Value* type = model.config.find("model_type");
  if (is_null(type)) throw Error((model.transformer / "config.json").string() + ": model_type is missing");
  model.model_type = type->string();
  model.smaller_widths = matryoshka_widths(model.config);
  if (model.truncate > 0) model.smaller_widths.all = true;
  TransformerConfig settings;
  if (modular) {
    warn_of_dimension(model, modules.pooling.dimension, model.warnings);
    settings = read_transformer_config(model.transformer, model.warnings);
  } else {
    model.pooling = plain_pooling(path, model.config, model.warnings);
  }
  model.lower_case = settings.lower_case;
  model.max_tokens = token_limit(model, settings, model.warnings);
  DirectoryTokenizer read =
      read_tokenizer(model.transformer, model.config, settings.lower_case, model.warnings);
  model.tokenizer = std::make_unique<const Tokenizer>(std::move(read.tokenizer));
  model.listed_tokens = read.listed_tokens;
  model.words = read.words;
  model.mask = read.mask;
  return model;
}

std::string ModelDirectory::prompt_text(const std::string& name_or_text) const {
  const std::string& name = name_or_text.empty() ? default_prompt : name_or_text;
  if (name.empty()) return "";
  const auto found = prompts.find(name);
  return found == prompts.end() ? name : found->second;
}

}  // namespace mtt
