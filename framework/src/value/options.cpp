#include "mtt/options.h"

#include <algorithm>

#include "mtt/error.h"
#include "value/listed.h"
#include "value/option_value.h"

namespace mtt {
namespace {

/// What to write instead of an unknown key.
std::string key_hint(const std::string& key, const Value& value, const std::vector<std::string>& names,
                     const OptionHints& hints) {
  const bool table = value.is(Value::Kind::table);
  const std::string own = hints.own_key ? hints.own_key(key, table) : "";
  if (own.starts_with("not available")) return "; it is " + own;
  if (!own.empty()) return "; write " + own;
  const std::string tables = table || !hints.tables_with ? "" : hints.tables_with(key);
  const std::string near = nearest(key, names);
  std::string hint = tables.empty() ? "" : "; it belongs in " + tables;
  if (!near.empty()) hint += std::string(hint.empty() ? "; " : ", or ") + "did you mean '" + near + "'?";
  if (!hint.empty()) return hint;
  return names.empty() ? "; it takes no keys" : "; it takes " + listed(names);
}

}  // namespace

Options Options::read(const OptionList& declared, const Value& table, std::string_view where,
                      const OptionHints& hints) {
  Options options;
  const bool empty = table.is(Value::Kind::null);
  if (!empty) {
    std::vector<std::string> names;
    for (const Option& option : declared.all()) names.push_back(option.name);
    for (const auto& [key, value] : table.table()) {
      if (declared.find(key)) continue;
      value.refuse("unknown key " + Value(key).json() + " in " + std::string(where) +
                   key_hint(key, value, names, hints));
    }
  }
  for (const Option& option : declared.all()) {
    const Value* given = empty ? nullptr : table.find(option.name);
    if (given) {
      options.values_.set(option.name, checked_value(*given, option, where, hints));
      options.given_.push_back(option.name);
    } else if (option.fallback) {
      options.values_.set(option.name, *option.fallback);
    } else {
      table.refuse("'" + option.name + "' is missing in " + std::string(where) + "; it is " +
                   std::string(expected_kind(option.kind)) + ": " + option.help);
    }
  }
  return options;
}

bool Options::boolean(std::string_view name) const { return value(name).boolean(); }
std::int64_t Options::integer(std::string_view name) const { return value(name).integer(); }
double Options::number(std::string_view name) const { return value(name).number(); }
std::optional<double> Options::number_if(std::string_view name) const {
  const Value& found = value(name);
  return found.is(Value::Kind::string) ? std::nullopt : std::optional(found.number());
}
const std::string& Options::string(std::string_view name) const { return value(name).string(); }

std::vector<std::string> Options::strings(std::string_view name) const {
  std::vector<std::string> words;
  for (const Value& word : value(name).array()) words.push_back(word.string());
  return words;
}

const Value& Options::value(std::string_view name) const {
  if (const Value* found = values_.find(name)) return *found;
  throw Error("the option '" + std::string(name) + "' is read, but not declared");
}

bool Options::given(std::string_view name) const {
  return std::find(given_.begin(), given_.end(), name) != given_.end();
}

Options Options::subset(const OptionList& declared) const {
  Options part;
  for (const Option& option : declared.all()) {
    part.values_.set(option.name, value(option.name));
    if (given(option.name)) part.given_.push_back(option.name);
  }
  return part;
}

}  // namespace mtt
