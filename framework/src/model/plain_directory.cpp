#include "model/plain_directory.h"

#include "model/config_file.h"
#include "text/component_json.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

bool is_causal(const Value& config) {
  const Value* classes = config.find("architectures");
  if (is_null(classes) || !classes->is(Value::Kind::array) || classes->array().empty()) return false;
  const Value& first = classes->array().front();
  return first.is(Value::Kind::string) && first.string().ends_with("ForCausalLM") &&
         flag_or(config, "is_causal", true);
}

bool has_chat_template(const fs::path& directory) {
  std::error_code error;
  if (fs::exists(directory / "chat_template.jinja", error)) return true;
  const auto settings = read_json_if_there(directory / "tokenizer_config.json");
  return settings && !is_null(settings->find("chat_template"));
}

}  // namespace

Pooling plain_pooling(const fs::path& directory, const Value& config, std::vector<std::string>& warnings) {
  const bool last = is_causal(config);
  std::error_code error;
  const bool has_modules = fs::exists(directory / "modules.json", error);
  if (!has_modules) {
    warnings.push_back(directory.string() + " has no modules.json; sentence vectors are the " +
                       (last ? "last token vector" : "mean of the token vectors") + ", not normalised");
    for (const char* name : {"config_sentence_transformers.json", "sentence_bert_config.json"})
      if (fs::exists(directory / name, error))
        warnings.push_back((directory / name).string() +
                           ": the file is ignored without modules.json, as in sentence-transformers");
  }
  if (has_chat_template(directory))
    warnings.push_back(
        directory.string() +
        ": the tokenizer's chat template is ignored; sentence-transformers puts each text into "
        "it, so the vectors differ");
  Pooling pooling;
  if (last) pooling.modes = {PoolingMode::lasttoken};
  return pooling;
}

}  // namespace mtt
