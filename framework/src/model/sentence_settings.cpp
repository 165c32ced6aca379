#include "model/sentence_settings.h"

#include "model/config_file.h"
#include "text/component_json.h"

namespace mtt {
namespace {

void read_prompts(const Value& file, SentenceSettings& settings) {
  if (const Value* prompts = file.find("prompts"); !is_null(prompts))
    for (const auto& [name, text] : prompts->table())
      settings.prompts[name] = is_null(&text) ? "" : text.string();
  const Value* name = file.find("default_prompt_name");
  if (is_null(name)) return;
  settings.default_prompt = name->string();
  if (settings.prompts.contains(settings.default_prompt)) return;
  // sentence-transformers has these two in every model, empty unless the file fills them
  if (settings.default_prompt == "query" || settings.default_prompt == "document")
    settings.prompts[settings.default_prompt] = "";
  else
    name->refuse("default_prompt_name '" + settings.default_prompt + "' is not among the prompts");
}

void read_similarity(const Value& file, SentenceSettings& settings, std::vector<std::string>& warnings) {
  const Value* similarity = file.find("similarity_fn_name");
  if (is_null(similarity)) return;
  const std::string& name = similarity->string();
  if (name == "dot" || name == "dot_product") settings.similarity = "dot";
  if (name == "euclidean" || name == "manhattan") settings.similarity = name;
  if (name != "cosine")
    warnings.push_back(similarity->place().prefix() +
                       "similarities are cosines here; the model's own function is '" + name + "'");
}

}  // namespace

SentenceSettings read_sentence_settings(const std::filesystem::path& directory,
                                        std::vector<std::string>& warnings) {
  SentenceSettings settings;
  const auto file = read_json_if_there(directory / "config_sentence_transformers.json");
  if (!file) return settings;
  if (const Value* type = file->find("model_type")) settings.model_type = type->string();
  if (settings.model_type != "SentenceTransformer") return settings;
  warn_of_unknown_keys(*file,
                       {"model_type", "__version__", "prompts", "default_prompt_name", "similarity_fn_name",
                        "truncate_dim", "requirements", "mtt"},
                       "config_sentence_transformers.json", warnings);
  read_prompts(*file, settings);
  read_similarity(*file, settings, warnings);
  if (!is_null(file->find("truncate_dim"))) settings.truncate = config_size(*file, "truncate_dim");
  return settings;
}

}  // namespace mtt
