#include "model/json_file.h"

#include "io/file.h"
#include "value/json.h"

namespace mtt {

Value read_json(const std::filesystem::path& path, std::size_t cap) {
  return parse_json(read_file(path, cap), path.string());
}

std::optional<Value> read_json_if_there(const std::filesystem::path& path, std::size_t cap) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  Value value = read_json(path, cap);
  value.table();
  return value;
}

}  // namespace mtt
