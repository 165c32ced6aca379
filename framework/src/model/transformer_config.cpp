#include "model/transformer_config.h"

#include <algorithm>
#include <optional>

#include "model/config_file.h"
#include "text/component_json.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

using Names = std::vector<std::string>;

constexpr const char* kFiles[] = {"sentence_bert_config.json",       "sentence_roberta_config.json",
                                  "sentence_distilbert_config.json", "sentence_camembert_config.json",
                                  "sentence_albert_config.json",     "sentence_xlm-roberta_config.json",
                                  "sentence_xlnet_config.json"};

bool is_one_of(const std::string& key, const Names& names) {
  return std::find(names.begin(), names.end(), key) != names.end();
}

[[noreturn]] void refuse_key(const Value& value, const std::string& key, const std::string& where) {
  value.refuse("'" + key + "' in " + where + " is not supported; remove it, or save the model without it");
}

/// The name of a key and the older name that files have.
const Value* find_either(const Value& settings, const char* name, const char* old_name) {
  const Value* old_value = settings.find(old_name);
  return is_null(old_value) ? settings.find(name) : old_value;
}

// How files are found and modules are run: none of it changes the vectors.
const Names kIrrelevant = {"trust_remote_code", "token",    "cache_dir", "revision",
                           "local_files_only",  "subfolder"};

void read_model_kwargs(const Value& settings, Names& warnings) {
  const Value* kwargs = find_either(settings, "model_kwargs", "model_args");
  if (is_null(kwargs)) return;
  for (const auto& [key, value] : kwargs->table()) {
    if (is_one_of(key, kIrrelevant) ||
        is_one_of(key, {"attn_implementation", "device_map", "low_cpu_mem_usage", "use_safetensors"}))
      continue;
    if (key != "dtype" && key != "torch_dtype") refuse_key(value, key, "model_kwargs");
    if (value.is(Value::Kind::string) && !is_one_of(value.string(), {"float32", "auto"}))
      warnings.push_back(value.place().prefix() + key + " is " + value.string() +
                         "; mtt computes in float32, sentence-transformers in " + value.string() +
                         ", so the vectors differ by its rounding");
  }
}

void read_config_kwargs(const Value& settings) {
  const Value* kwargs = find_either(settings, "config_kwargs", "config_args");
  if (is_null(kwargs)) return;
  for (const auto& [key, value] : kwargs->table())
    if (!is_one_of(key, kIrrelevant) && !is_one_of(key, {"use_cache", "output_hidden_states"}))
      refuse_key(value, key, "config_kwargs");
}

void read_processor_kwargs(const Value& settings, TransformerConfig& result) {
  const Value* kwargs = find_either(settings, "processor_kwargs", "tokenizer_args");
  if (is_null(kwargs)) return;
  for (const auto& [key, value] : kwargs->table()) {
    if (key == "model_max_length") {
      result.max_tokens = config_size(*kwargs, key);
    } else if (key == "padding_side" || key == "truncation_side") {
      if (value.string() != "right")
        value.refuse(key + " '" + value.string() +
                     "' in processor_kwargs is not supported; expected 'right'");
    } else if (!is_one_of(key, kIrrelevant) && key != "use_fast") {
      refuse_key(value, key, "processor_kwargs");
    }
  }
}

/// The arguments of the tokenizer's call: those for texts, then those for all kinds of input.
void read_processing_kwargs(const Value& settings, TransformerConfig& result, Names& warnings) {
  const Value* kwargs = settings.find("processing_kwargs");
  if (is_null(kwargs)) return;
  const Names groups = {"common", "text", "audio", "image", "video", "chat_template"};
  warn_of_unknown_keys(*kwargs, groups, "processing_kwargs", warnings);
  std::int64_t longest = 0;
  bool cuts = true;
  for (const char* group : {"text", "common"}) {
    const Value* given = kwargs->find(group);
    if (is_null(given)) continue;
    const std::string where = std::string("processing_kwargs.") + group;
    for (const auto& [key, value] : given->table()) {
      if (key == "max_length") {
        longest = is_null(&value) ? 0 : config_size(*given, key);
      } else if (key == "truncation") {
        const bool by_name = value.is(Value::Kind::string);
        if (by_name && !is_one_of(value.string(), {"longest_first", "only_first", "do_not_truncate"}))
          value.refuse("truncation '" + value.string() + "' in " + where +
                       " is not supported; expected longest_first");
        cuts = by_name ? value.string() != "do_not_truncate" : value.boolean();
      } else if (key == "padding_side") {
        if (value.string() != "right")
          value.refuse("padding_side '" + value.string() + "' in " + where +
                       " is not supported; expected 'right'");
      } else if (!is_one_of(key, {"padding", "pad_to_multiple_of", "return_tensors", "return_token_type_ids",
                                  "return_length", "verbose", "logits_to_keep"})) {
        refuse_key(value, key, where);
      }
    }
  }
  if (longest > 0) result.max_tokens = longest;
  if (!cuts)
    settings.at("processing_kwargs")
        .refuse(
            "truncation is switched off in processing_kwargs, which is not supported; remove it there and "
            "set max_seq_length instead");
}

/// Texts must go through `forward`, whose last hidden state is pooled.
void check_modalities(const Value& settings, Names& warnings) {
  const Value* output = settings.find("module_output_name");
  const Value* modalities = settings.find("modality_config");
  if (modalities == nullptr) {
    if (!is_null(output) && output->string() != "token_embeddings")
      warnings.push_back(output->place().prefix() + "module_output_name '" + output->string() +
                         "' is ignored without modality_config, as in sentence-transformers");
    return;
  }
  if (modalities->find("message") != nullptr)
    modalities->at("message").refuse(
        "modality_config has the modality 'message', a chat template around each text, which is not "
        "supported; expected 'text' alone");
  const Value& text = modalities->at("text");
  const Value& method = text.at("method");
  if (method.string() != "forward")
    method.refuse("method '" + method.string() + "' in modality_config is not supported; expected 'forward'");
  const Value& from = text.at("method_output_name");
  const bool in_list = from.is(Value::Kind::array) && from.array().size() == 1;
  if ((in_list ? from.array()[0] : from).json() != "\"last_hidden_state\"")
    from.refuse("method_output_name " + from.json() +
                " in modality_config is not supported; expected 'last_hidden_state'");
  if (is_null(output))
    modalities->refuse("modality_config also needs module_output_name; expected 'token_embeddings'");
  if (output->string() != "token_embeddings")
    output->refuse("module_output_name '" + output->string() +
                   "' is not supported, since pooling reads 'token_embeddings'; expected that");
}

void warn_of_other_methods(const Value& settings, Names& warnings) {
  for (const char* key : {"query_length", "document_length", "query_expansion"})
    if (const Value* value = settings.find(key); !is_null(value))
      warnings.push_back(value->place().prefix() + key +
                         " is ignored: sentence-transformers follows it in encode_query and "
                         "encode_document, not in encode");
}

}  // namespace

TransformerConfig read_transformer_config(const fs::path& folder, Names& warnings) {
  TransformerConfig result;
  std::optional<Value> settings;
  for (const char* name : kFiles) {
    settings = read_json_if_there(folder / name);
    if (!settings || settings->table().empty()) continue;
    result.file = (folder / name).string();
    break;
  }
  if (result.file.empty()) return result;
  refuse_unknown_keys(
      *settings,
      {"max_seq_length", "do_lower_case", "transformer_task", "modality_config", "module_output_name",
       "processing_kwargs", "unpad_inputs", "query_length", "document_length", "query_expansion",
       "model_args", "model_kwargs", "tokenizer_args", "processor_kwargs", "config_args", "config_kwargs",
       "tokenizer_name_or_path", "backend"},
      fs::path(result.file).filename().string());
  if (const Value* task = settings->find("transformer_task");
      !is_null(task) && task->string() != "feature-extraction")
    task->refuse("transformer_task '" + task->string() + "' is not supported; expected 'feature-extraction'");
  if (const Value* tokenizer = settings->find("tokenizer_name_or_path"); !is_null(tokenizer))
    tokenizer->refuse(
        "tokenizer_name_or_path is not followed; copy that tokenizer into the model's folder "
        "and remove the key");
  if (!is_null(settings->find("max_seq_length")))
    result.max_tokens = config_size(*settings, "max_seq_length");
  result.lower_case = flag_or(*settings, "do_lower_case", false);
  read_model_kwargs(*settings, warnings);
  read_config_kwargs(*settings);
  read_processor_kwargs(*settings, result);
  check_modalities(*settings, warnings);
  read_processing_kwargs(*settings, result, warnings);
  warn_of_other_methods(*settings, warnings);
  return result;
}

}  // namespace mtt
