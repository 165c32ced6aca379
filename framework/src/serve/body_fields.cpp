#include "serve/body_fields.h"

#include <algorithm>

namespace mtt {

BodyFields::BodyFields(const Value& body) : body_(body) {
  if (!body.is(Value::Kind::table))
    body.refuse("expected an object, found " + std::string(kind_name(body.kind())));
}

const Value* BodyFields::find(std::string_view key) const {
  const Value* value = body_.find(key);
  return value != nullptr && value->is(Value::Kind::null) ? nullptr : value;
}

const Value& BodyFields::at(std::string_view key) const {
  const Value* value = find(key);
  if (value == nullptr) body_.refuse("the key '" + std::string(key) + "' is missing");
  return *value;
}

std::optional<std::string> BodyFields::text(std::string_view key) const {
  const Value* value = find(key);
  return value != nullptr ? std::optional(value->string()) : std::nullopt;
}

std::optional<std::int64_t> BodyFields::integer(std::string_view key) const {
  const Value* value = find(key);
  return value != nullptr ? std::optional(value->integer()) : std::nullopt;
}

std::optional<bool> BodyFields::flag(std::string_view key) const {
  const Value* value = find(key);
  return value != nullptr ? std::optional(value->boolean()) : std::nullopt;
}

bool BodyFields::flag(std::string_view key, bool fallback) const { return flag(key).value_or(fallback); }

std::vector<std::string> BodyFields::texts(std::string_view key) const {
  std::vector<std::string> all;
  if (const Value* value = find(key))
    for (const Value& text : value->array()) all.push_back(text.string());
  return all;
}

void BodyFields::allow_only(const std::vector<std::string_view>& keys) const {
  for (const auto& [key, value] : body_.table()) {
    if (std::find(keys.begin(), keys.end(), key) != keys.end()) continue;
    std::string known;
    for (const std::string_view name : keys) known += (known.empty() ? "" : ", ") + std::string(name);
    value.refuse("the key " + Value(key).json() + " is not known; expected " + known);
  }
}

}  // namespace mtt
