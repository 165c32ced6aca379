#include "model/pooling_config.h"

#include <algorithm>

#include "model/config_file.h"
#include "mtt/error.h"
#include "text/component_json.h"

namespace mtt {
namespace {

std::vector<std::string> names_of(const Value& mode) {
  if (!mode.is(Value::Kind::array)) return {mode.string()};
  std::vector<std::string> names;
  for (const Value& name : mode.array()) names.push_back(name.string());
  return names;
}

bool same_set(std::vector<std::string> a, std::vector<std::string> b) {
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  return a == b;
}

std::vector<std::string> mode_names(const Value& config, const std::string& file,
                                    std::vector<std::string>& warnings) {
  std::vector<std::string> by_flags;
  for (const PoolingName& known : kPoolingNames)
    if (flag_or(config, known.flag, false)) by_flags.emplace_back(known.name);
  std::vector<std::string> names = by_flags;
  if (const Value* mode = config.find("pooling_mode")) {
    names = names_of(*mode);
    if (names.empty()) mode->refuse("pooling_mode is an empty list; expected at least one pooling");
    if (!by_flags.empty() && !same_set(names, by_flags))
      warnings.push_back(mode->place().prefix() +
                         "pooling_mode contradicts the flags pooling_mode_... of the same file; pooling_mode "
                         "is followed, as in sentence-transformers");
  }
  if (names.empty()) {
    warnings.push_back(file + ": no pooling mode is set; mean is used, as in sentence-transformers");
    names.emplace_back("mean");
  }
  return names;
}

std::int64_t dimension_of(const Value& config, std::vector<std::string>& warnings) {
  const Value* old_size = config.find("word_embedding_dimension");
  const Value* new_size = config.find("embedding_dimension");
  if (!is_null(old_size) && !is_null(new_size) && old_size->integer() != new_size->integer())
    warnings.push_back(new_size->place().prefix() +
                       "embedding_dimension contradicts word_embedding_dimension; neither changes the "
                       "vectors");
  if (!is_null(new_size)) return config_size(config, "embedding_dimension");
  return is_null(old_size) ? 0 : config_size(config, "word_embedding_dimension");
}

}  // namespace

PoolingConfig read_pooling_config(const std::filesystem::path& folder, std::vector<std::string>& warnings) {
  const std::filesystem::path file = folder / "config.json";
  const Value config = read_json(file);
  std::vector<std::string> known = {"word_embedding_dimension", "embedding_dimension", "pooling_mode",
                                    "include_prompt"};
  for (const PoolingName& name : kPoolingNames) known.emplace_back(name.flag);
  refuse_unknown_keys(config, known, "the pooling module");

  PoolingConfig result;
  result.pooling.modes.clear();
  for (const std::string& name : mode_names(config, file.string(), warnings)) {
    try {
      result.pooling.modes.push_back(pooling_mode(name));
    } catch (const Error& error) {
      throw Error(file.string() + ": " + error.what());
    }
  }
  if (const Value* include = config.find("include_prompt"))  // null is false to sentence-transformers
    result.pooling.include_prompt = !is_null(include) && include->boolean();
  result.dimension = dimension_of(config, warnings);
  return result;
}

}  // namespace mtt
