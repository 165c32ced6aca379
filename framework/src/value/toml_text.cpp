#include <algorithm>

#include "value/toml.h"

namespace mtt {
namespace {

std::string key_text(const std::string& key) {
  const bool bare = !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
  });
  return bare ? key : Value(key).json();
}

void append_table(std::string& out, const std::string& path, const Value& table) {
  for (const auto& [key, value] : table.table())
    if (!value.is(Value::Kind::table) && !value.is(Value::Kind::null))
      out += key_text(key) + " = " + toml_value_text(value) + "\n";
  for (const auto& [key, value] : table.table()) {
    if (!value.is(Value::Kind::table)) continue;
    const std::string below = path.empty() ? key_text(key) : path + "." + key_text(key);
    const auto& entries = value.table();
    const bool only_tables =
        !entries.empty() && std::all_of(entries.begin(), entries.end(),
                                        [](const auto& entry) { return entry.value.is(Value::Kind::table); });
    if (!only_tables) out += (out.empty() ? "[" : "\n[") + below + "]\n";
    append_table(out, below, value);
  }
}

}  // namespace

std::string toml_value_text(const Value& value) {
  std::string text;
  switch (value.kind()) {
    case Value::Kind::array:
      for (const Value& item : value.array()) text += (text.empty() ? "" : ", ") + toml_value_text(item);
      return "[" + text + "]";
    case Value::Kind::table:
      for (const auto& [key, item] : value.table())
        text += (text.empty() ? "" : ", ") + key_text(key) + " = " + toml_value_text(item);
      return "{" + text + "}";
    default:
      return value.json();
  }
}

std::string toml_text(const Value& table) {
  std::string out;
  append_table(out, "", table);
  return out;
}

}  // namespace mtt
