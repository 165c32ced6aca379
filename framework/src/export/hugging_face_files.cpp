#include "export/hugging_face_files.h"

#include <algorithm>
#include <string>

#include "io/file.h"
#include "mtt/error.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostTokenizerBytes = 64u << 20;
constexpr std::size_t kMostSettingsBytes = 4u << 20;

/// Keys of a head, and of the class that has it.
constexpr std::string_view kHeadKeys[] = {"id2label", "label2id", "num_labels", "problem_type"};

std::string encoder_class(const std::string& name) {
  if (const std::size_t at = name.find("For"); at != std::string::npos) return name.substr(0, at) + "Model";
  constexpr std::string_view kLanguageModel = "LMHeadModel";
  if (name.ends_with(kLanguageModel)) return name.substr(0, name.size() - kLanguageModel.size()) + "Model";
  return name;
}

}  // namespace

Value encoder_config(Value config) {
  for (const char* key : {"dtype", "torch_dtype"})
    if (config.find(key)) config.set(key, "float32");
  std::erase_if(config.table(), [](const Value::Entry& entry) {
    return std::find(std::begin(kHeadKeys), std::end(kHeadKeys), entry.key) != std::end(kHeadKeys);
  });
  const Value* classes = config.find("architectures");
  if (classes && classes->is(Value::Kind::array) && !classes->array().empty() &&
      classes->array().front().is(Value::Kind::string))
    config.set("architectures", Value(Value::Array{Value(encoder_class(classes->array().front().string()))}));
  return config;
}

void set_layers(Value& config, std::int64_t layers) {
  config.set(config.find("n_layers") ? "n_layers" : "num_hidden_layers", layers);
}

void copy_tokenizer(const fs::path& from, const fs::path& to) {
  for (const char* name : {"tokenizer.json", "vocab.txt", "merges.txt", "vocab.json", "tokenizer_config.json",
                           "special_tokens_map.json", "added_tokens.json"}) {
    std::error_code error;
    if (fs::exists(from / name, error))
      write_file_atomically(to / name, read_file(from / name, kMostTokenizerBytes));
  }
}

void write_token_limit(const fs::path& directory, std::int64_t max_tokens) {
  const fs::path file = directory / "tokenizer_config.json";
  std::error_code error;
  Value settings = fs::exists(file, error) ? parse_json(read_file(file, kMostSettingsBytes), file.string())
                                           : Value(Value::Table{});
  settings.set("model_max_length", max_tokens);
  write_file_atomically(file, settings.json() + "\n");
}

}  // namespace mtt
