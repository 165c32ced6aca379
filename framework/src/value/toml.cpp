#include "value/toml.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "mtt/error.h"
#include "value/toml_limits.h"

namespace mtt {
namespace {

using Source = std::shared_ptr<const std::string>;

Place place_of(const toml::source_region& region, const Source& source) {
  return {source, static_cast<std::int32_t>(region.begin.line),
          static_cast<std::int32_t>(region.begin.column)};
}

Value converted(const toml::node& node, const Source& source);

Value converted(const toml::table& table, const Source& source) {
  struct Keyed {
    const toml::key* key;
    const toml::node* node;
  };
  std::vector<Keyed> ordered;
  for (auto&& [key, node] : table) ordered.push_back({&key, &node});
  std::stable_sort(ordered.begin(), ordered.end(), [](const Keyed& a, const Keyed& b) {
    return a.key->source().begin < b.key->source().begin;
  });
  Value::Table entries;
  for (const auto& [key, node] : ordered) {
    Value value = converted(*node, source);
    value.placed(place_of(key->source(), source));
    entries.push_back({std::string(key->str()), std::move(value)});
  }
  return entries;
}

Value converted(const toml::node& node, const Source& source) {
  const Place place = place_of(node.source(), source);
  const auto made = [&](Value value) {
    value.placed(place);
    return value;
  };
  const auto refuse = [&](const std::string& what) { throw Error(place.str() + ": " + what); };
  switch (node.type()) {
    case toml::node_type::table:
      return made(converted(*node.as_table(), source));
    case toml::node_type::array: {
      Value::Array items;
      for (const toml::node& item : *node.as_array()) items.push_back(converted(item, source));
      return made(Value(std::move(items)));
    }
    case toml::node_type::string:
      return made(Value(node.as_string()->get()));
    case toml::node_type::integer:
      return made(Value(node.as_integer()->get()));
    case toml::node_type::floating_point: {
      const double number = node.as_floating_point()->get();
      if (!std::isfinite(number)) refuse("nan and inf are not allowed as values; write a finite number");
      return made(Value(number));
    }
    case toml::node_type::boolean:
      return made(Value(node.as_boolean()->get()));
    default:
      refuse("dates and times are not allowed as values; write a string");
  }
  return {};
}

// The text with a letter for every character outside of ASCII. toml++ 3.3 has undefined behaviour on some of
// them outside of strings and comments; where this text is well-formed, they stand within.
std::string ascii_shape(std::string_view utf8) {
  std::string shape;
  if (utf8.starts_with("\xEF\xBB\xBF")) utf8.remove_prefix(3);
  for (const char c : utf8) {
    if ((c & 0x80) == 0) shape += c;
    if ((c & 0xC0) == 0xC0) shape += 'x';
  }
  return shape;
}

/// What to do about an error of toml++, by the line in which it is.
std::string remedy_of(const std::string& what, std::string_view bytes, std::int32_t line) {
  const auto says = [&](const char* part) { return what.find(part) != std::string::npos; };
  for (; line > 1 && bytes.find('\n') != std::string_view::npos; --line)
    bytes.remove_prefix(bytes.find('\n') + 1);
  if (bytes.find_first_not_of(" \t\r\n") != std::string_view::npos &&
      bytes[bytes.find_first_not_of(" \t\r\n")] == '{')
    return "; an experiment file is TOML: tables such as [data], and lines such as train = \"my.jsonl\"";
  if (says("redefine existing table")) return "; write each table once, with all its keys below it";
  if (says("expected '=', saw ':'")) return "; a key and its value are written key = value";
  if (says("parsing boolean")) return "; true and false are written in lower case, and a word in quotes";
  if (says("string") && says("control characters")) return "; close the quote on the same line";
  if (says("could not determine value type") || says("parsing floating-point") || says("parsing integer") ||
      says("parsing date") || says("parsing value"))
    return "; a word, a name or a path is written in quotes";
  return "";
}

}  // namespace

Value parse_toml(std::string_view bytes, const std::string& source) {
  check_toml_limits(bytes, source);
  const auto shared = std::make_shared<const std::string>(source);
  try {
    static_cast<void>(toml::parse(ascii_shape(bytes)));
    const toml::table table = toml::parse(bytes);
    Value value = converted(table, shared);
    value.placed({shared, 0, 0});
    return value;
  } catch (const toml::parse_error& error) {
    const std::string what(error.description());
    const Place place = place_of(error.source(), shared);
    throw Error(place.str() + ": " + what + remedy_of(what, bytes, place.line));
  }
}

}  // namespace mtt
