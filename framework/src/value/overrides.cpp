#include "value/overrides.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "mtt/error.h"
#include "value/toml.h"

namespace mtt {
namespace {

constexpr std::size_t kMostParts = 32;

void place_all(Value& value, const Place& place) {
  value.placed(place);
  if (value.is(Value::Kind::array))
    for (Value& item : value.array()) place_all(item, place);
  if (value.is(Value::Kind::table))
    for (auto& entry : value.table()) place_all(entry.value, place);
}

std::vector<std::string> key_parts(const std::string& path, const std::string& origin) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  while (true) {
    const std::size_t dot = path.find('.', begin);
    parts.push_back(path.substr(begin, dot - begin));
    const std::string& part = parts.back();
    const bool fine = !part.empty() && std::all_of(part.begin(), part.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
             c == '-';
    });
    if (!fine || parts.size() > kMostParts)
      throw Error(origin + ": the left side is not a dotted key; write --set section.key=value");
    if (dot == std::string::npos) return parts;
    begin = dot + 1;
  }
}

/// Whether a text begins as a quoted string, an array or a table of TOML, which it is not as a whole.
bool is_torn(const std::string& text) {
  return !text.empty() && (std::string_view("\"[{").find(text.front()) != std::string_view::npos);
}

Value right_side(const std::string& text, const std::string& origin) {
  if (text.find_first_of("\r\n") == std::string::npos) {
    try {
      return parse_toml("v = " + text, "").at("v");
    } catch (const Error&) {
      if (is_torn(text))
        throw Error(origin + ": found " + text +
                    ", expected a value as in TOML; write strings in arrays and tables in quotes, close what "
                    "is open, and put single quotes around it all: --set 'data.test=[\"a.jsonl\"]'");
      // another text that is not TOML is itself the value
    }
  }
  return text;
}

}  // namespace

const Value& apply_override(Value& config, const Override& change) {
  const std::size_t equals = change.assignment.find('=');
  if (equals == std::string::npos)
    throw Error(change.origin + ": there is no '='; write --set section.key=value");
  const auto parts = key_parts(change.assignment.substr(0, equals), change.origin);
  const Place place{std::make_shared<const std::string>(change.origin), 0, 0};

  Value* at = &config;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    Value* next = at->find(parts[i]);
    if (!next) next = &at->set(parts[i], Value(Value::Table{}).placed(place));
    if (!next->is(Value::Kind::table)) {
      throw Error(change.origin + ": '" + parts[i] + "' is the " + std::string(kind_name(next->kind())) +
                  " " + next->json() + ", not a table");
    }
    at = next;
  }
  Value value = right_side(change.assignment.substr(equals + 1), change.origin);
  place_all(value, place);
  return at->set(parts.back(), std::move(value));
}

}  // namespace mtt
