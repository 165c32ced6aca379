#include "export/hugging_face_files.h"

#include "io/file.h"
#include "io/json.h"
#include "mtt/error.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::size_t kMostTokenizerBytes = 64u << 20;
constexpr std::size_t kMostSettingsBytes = 4u << 20;

}  // namespace

Value float32_config(Value config) {
  for (const char* key : {"dtype", "torch_dtype"})
    if (config.find(key)) config.set(key, "float32");
  return config;
}

void copy_tokenizer(const fs::path& from, const fs::path& to) {
  for (const char* name : {"tokenizer.json", "vocab.txt", "merges.txt", "vocab.json", "tokenizer_config.json",
                           "special_tokens_map.json"}) {
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

bool lowers_case(const fs::path& transformer) {
  const fs::path file = transformer / "sentence_bert_config.json";
  std::error_code error;
  if (!fs::exists(file, error)) return false;
  const Value settings = parse_json(read_file(file, kMostSettingsBytes), file.string());
  const Value* flag = settings.find("do_lower_case");
  return flag && flag->is(Value::Kind::boolean) && flag->boolean();
}

}  // namespace mtt
