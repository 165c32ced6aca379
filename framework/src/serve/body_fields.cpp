#include "serve/body_fields.h"

#include <algorithm>
#include <cmath>

namespace mtt {

std::int64_t whole_number(const Value& value) {
  constexpr double kExact = 9007199254740992;  // up to 2^53 a double holds every integer
  if (!value.is(Value::Kind::number)) return value.integer();
  const double number = value.number();
  if (number != std::floor(number) || std::abs(number) > kExact)
    value.refuse("expected an integer, found " + value.json());
  return static_cast<std::int64_t>(number);
}

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
  return value != nullptr ? std::optional(whole_number(*value)) : std::nullopt;
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
    value.refuse("unknown key " + Value(key).json() + "; expected one of: " + known);
  }
}

}  // namespace mtt
