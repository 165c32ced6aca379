#include "model/module_list.h"

#include <algorithm>

#include "io/file.h"
#include "model/config_file.h"
#include "model/dense_config.h"
#include "text/component_json.h"

namespace fs = std::filesystem;

namespace mtt {
namespace {

std::string module_kind(const Value& type) {
  const std::string& dotted = type.string();
  const std::string last = dotted.substr(dotted.rfind('.') + 1);
  const bool known = last == "Transformer" || last == "Pooling" || last == "Dense" || last == "Normalize" ||
                     last == "Dropout";
  if (!dotted.starts_with("sentence_transformers.") || !known) {
    type.refuse("module type '" + dotted +
                "' is not supported; expected Transformer, Pooling, Dense or Normalize of "
                "sentence_transformers");
  }
  return last;
}

void check_name(const Value& entry, std::vector<std::string>& names) {
  const Value* name = entry.find("name");
  if (is_null(name)) return;
  if (std::find(names.begin(), names.end(), name->string()) != names.end())
    name->refuse("two modules are named '" + name->string() + "'; names must differ");
  names.push_back(name->string());
}

void check_order(const Value& type, const std::string& kind, const std::string& before) {
  const bool fits = kind == "Transformer" ? before.empty()
                    : kind == "Pooling"   ? before == "Transformer"
                                          : before == "Pooling" || before == "Dense";
  if (fits) return;
  type.refuse("a " + kind + " module " + (before.empty() ? "comes first" : "follows " + before) +
              "; expected Transformer, Pooling, any Dense, then at most one Normalize");
}

void check_normalize(const fs::path& folder, std::vector<std::string>& warnings) {
  const auto config = read_json_if_there(folder / "config.json");
  if (!config) return;
  const std::vector<std::string> names = {"module_input_name", "module_output_name"};
  warn_of_unknown_keys(*config, names, "the normalize module", warnings);
  for (const std::string& key : names)
    if (const Value* name = config->find(key); !is_null(name) && name->string() != "sentence_embedding")
      name->refuse(key + " '" + name->string() + "' is not supported; expected 'sentence_embedding'");
}

}  // namespace

ModuleList read_module_list(const fs::path& directory, std::vector<std::string>& warnings) {
  const Value modules = read_json(directory / "modules.json");
  ModuleList list;
  std::vector<std::string> names;
  std::string before;
  bool pools = false;
  for (const Value& entry : modules.array()) {
    const Value& type = entry.at("type");
    const std::string kind = module_kind(type);
    check_name(entry, names);
    if (kind == "Dropout") {
      warnings.push_back(type.place().prefix() + "the Dropout module is ignored; it acts only in training");
      continue;
    }
    check_order(type, kind, before);
    const std::string& relative = entry.at("path").string();
    const fs::path folder = relative.empty() ? directory : inside(directory, relative);
    if (kind == "Transformer") list.transformer = folder;
    if (kind == "Pooling") list.pooling = read_pooling_config(folder, warnings);
    if (kind == "Dense") list.dense.push_back({read_dense_config(folder, warnings), folder});
    if (kind == "Normalize") check_normalize(folder, warnings);
    list.normalize = list.normalize || kind == "Normalize";
    pools = pools || kind == "Pooling";
    before = kind;
  }
  if (!pools) modules.refuse("modules.json needs a Transformer and a Pooling module");
  return list;
}

}  // namespace mtt
