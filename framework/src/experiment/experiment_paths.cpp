#include "experiment/experiment_paths.h"

#include <cstdlib>

#include "io/model_cache.h"
#include "mtt/error.h"
#include "value/overrides.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

constexpr std::string_view kDataVariable = "${MTT_DATA}";

/// A directory, also one below a variable.
bool is_directory_name(const std::string& model) { return is_model_path(model) || model.starts_with("${"); }

/// [backbone] model, where it is there and a string.
const Value* model_of(const Value& config) {
  const Value* backbone = config.find("backbone");
  const Value* model = backbone && backbone->is(Value::Kind::table) ? backbone->find("model") : nullptr;
  return model && model->is(Value::Kind::string) ? model : nullptr;
}

/// What a relative path is relative to.
fs::path base_of(const Value& path, const fs::path& folder) {
  const auto& source = path.place().source;
  return source && source->starts_with(kSetOption) ? fs::current_path() : folder;
}

void make_absolute(Value& path, const fs::path& folder) {
  if (!path.is(Value::Kind::string) || path.string().empty()) return;
  std::string text = path.string();
  const std::size_t variable = text.find(kDataVariable);
  if (variable != std::string::npos) {
    const char* data = std::getenv("MTT_DATA");
    if (data == nullptr || *data == '\0') {
      path.refuse(
          "${MTT_DATA} is used, but the environment variable MTT_DATA is not set; "
          "set it to the folder of the data sets");
    }
    text.replace(variable, kDataVariable.size(), data);
  }
  path = Value((base_of(path, folder) / text).lexically_normal().string()).placed(path.place());
}

void make_all_absolute(Value& paths, const fs::path& folder) {
  make_absolute(paths, folder);
  if (paths.is(Value::Kind::array))
    for (Value& path : paths.array()) make_absolute(path, folder);
}

void make_absolute(Value* table, std::initializer_list<const char*> keys, const fs::path& folder) {
  if (!table || !table->is(Value::Kind::table)) return;
  for (const char* key : keys)
    if (Value* path = table->find(key)) make_all_absolute(*path, folder);
}

}  // namespace

void make_paths_absolute(Value& config, const fs::path& folder) {
  make_absolute(&config, {"plugin_path"}, folder);
  make_absolute(config.find("data"), {"train", "dev", "test"}, folder);
  make_absolute(config.find("show"), {"file"}, folder);
  make_absolute(config.find("cache"), {"directory"}, folder);
  make_absolute(config.find("run"), {"out", "init_from"}, folder);
  if (Value* tasks = config.find("tasks"); tasks && tasks->is(Value::Kind::table))
    for (auto& entry : tasks->table()) make_absolute(&entry.value, {"train", "dev", "test"}, folder);
  if (const Value* model = model_of(config); model && is_directory_name(model->string()))
    make_absolute(*config.find("backbone")->find("model"), folder);
}

void check_model_name(const Value& config, const fs::path& folder) {
  const Value* model = model_of(config);
  if (!model || is_directory_name(model->string())) return;
  const std::string& name = model->string();
  std::error_code error;
  if (name.empty() || !fs::is_directory(base_of(*model, folder) / name, error)) return;
  try {
    find_model(name);
  } catch (const Error&) {
    model->refuse("there is no model " + Value(name).json() +
                  " in the local caches, but a directory of this name; write \"./" + name + "\" to use it");
  }
}

}  // namespace mtt
