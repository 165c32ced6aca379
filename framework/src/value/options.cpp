#include "mtt/options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>
#include <utility>

#include "mtt/error.h"
#include "value/listed.h"
#include "value/other_names.h"

namespace mtt {
namespace {

using Kind = Option::Kind;

std::string_view expected_kind(Kind kind) {
  switch (kind) {
    case Kind::boolean:
      return "true or false";
    case Kind::integer:
      return "an integer";
    case Kind::number:
      return "a number";
    case Kind::number_or_word:
      return "a number or a word";
    case Kind::string:
      return "a string";
    case Kind::strings:
      return "a string or an array of strings";
    case Kind::table:
      return "a table";
  }
  return "";
}

std::string bound_text(double bound) {
  constexpr double kExact = 1e15;
  if (bound == std::floor(bound) && std::abs(bound) < kExact)
    return std::to_string(static_cast<std::int64_t>(bound));
  return Value(bound).json();
}

[[noreturn]] void refuse(const Value& value, std::string_view where, const Option& option,
                         const std::string& what) {
  value.refuse("'" + option.name + "' in " + std::string(where) + " " + what);
}

void check_word(const Value& value, const Option& option, std::string_view where) {
  const std::string& word = value.string();
  const auto& words = option.choices;
  if (words.empty() || std::find(words.begin(), words.end(), word) != words.end()) return;
  const std::string own(own_word(option.name, word));
  const std::string near = own.empty() ? nearest(word, words) : own;
  refuse(value, where, option,
         "is " + Value(word).json() + "; expected one of " + listed(words) +
             (near.empty() ? "" : " (did you mean '" + near + "'?)"));
}

void check_range(double number, const Value& value, const Option& option, std::string_view where) {
  if ((!option.min || number >= *option.min) && (!option.max || number <= *option.max)) return;
  refuse(value, where, option, "is " + value.json() + "; expected " + option.range());
}

/// Whether a text without its quotes would be a value of the kind.
bool reads_as(const std::string& text, Kind kind) {
  const char* const end = text.data() + text.size();
  const auto whole = [&](auto number) {
    const auto [rest, error] = std::from_chars(text.data(), end, number);
    return error == std::errc() && rest == end;
  };
  if (kind == Kind::boolean) return text == "true" || text == "false";
  return (kind == Kind::integer && whole(std::int64_t{})) || (kind == Kind::number && whole(double{}));
}

[[noreturn]] void wrong_kind(const Value& value, const Option& option, std::string_view where) {
  std::string hint;
  const Kind kind = option.kind == Kind::number_or_word ? Kind::number : option.kind;
  if (value.is(Value::Kind::string) && reads_as(value.string(), kind)) hint = "; remove the quotes";
  std::string found(kind_name(value.kind()));
  if (!value.is(Value::Kind::table) && !value.is(Value::Kind::array)) found += " " + value.json();
  refuse(value, where, option,
         "is " +
             std::string(value.is(Value::Kind::array)   ? "an "
                         : value.is(Value::Kind::table) ? "a "
                                                        : "the ") +
             found + "; expected " + std::string(expected_kind(option.kind)) + hint);
}

Value checked(const Value& value, const Option& option, std::string_view where) {
  const Value::Kind kind = value.kind();
  switch (option.kind) {
    case Kind::boolean:
      if (kind == Value::Kind::boolean) return value;
      break;
    case Kind::integer:
      if (kind != Value::Kind::integer) break;
      check_range(static_cast<double>(value.integer()), value, option, where);
      return value;
    case Kind::number:
      if (kind != Value::Kind::number && kind != Value::Kind::integer) break;
      check_range(value.number(), value, option, where);
      return Value(value.number()).placed(value.place());
    case Kind::number_or_word:
      if (kind == Value::Kind::number || kind == Value::Kind::integer) {
        check_range(value.number(), value, option, where);
        return Value(value.number()).placed(value.place());
      }
      if (kind != Value::Kind::string || reads_as(value.string(), Kind::number)) break;
      check_word(value, option, where);
      return value;
    case Kind::string:
      if (kind != Value::Kind::string) break;
      check_word(value, option, where);
      return value;
    case Kind::strings: {
      if (kind == Value::Kind::string) {
        check_word(value, option, where);
        return Value(Value::Array{value}).placed(value.place());
      }
      if (kind != Value::Kind::array) break;
      for (const Value& word : value.array()) {
        if (!word.is(Value::Kind::string)) wrong_kind(word, option, where);
        check_word(word, option, where);
      }
      return value;
    }
    case Kind::table:
      if (kind == Value::Kind::table) return value;
      break;
  }
  wrong_kind(value, option, where);
}

/// What to write instead of an unknown key.
std::string key_hint(const std::string& key, const Value& value, const std::vector<std::string>& names,
                     const TablesWithKey& tables_with) {
  const bool table = value.is(Value::Kind::table);
  std::string_view own = table ? own_table(key) : own_key(key);
  if (own.empty()) own = own_key(key);
  if (own.starts_with("not available")) return "; it is " + std::string(own);
  if (!own.empty()) return "; write " + std::string(own);
  const std::string tables = table || !tables_with ? "" : tables_with(key), near = nearest(key, names);
  std::string hint = tables.empty() ? "" : "; it belongs in " + tables;
  if (!near.empty()) hint += std::string(hint.empty() ? "; " : ", or ") + "did you mean '" + near + "'?";
  if (!hint.empty()) return hint;
  return names.empty() ? "; it takes no keys" : "; it takes " + listed(names);
}

std::optional<Value> as_value(const std::optional<std::vector<std::string>>& words) {
  if (!words) return std::nullopt;
  Value::Array array;
  for (const std::string& word : *words) array.emplace_back(word);
  return Value(std::move(array));
}

template <class T>
std::optional<double> as_bound(const std::optional<T>& bound) {
  return bound ? std::optional(static_cast<double>(*bound)) : std::nullopt;
}

template <class T>
std::optional<Value> as_value(const std::optional<T>& fallback) {
  return fallback ? std::optional(Value(*fallback)) : std::nullopt;
}

}  // namespace

std::string Option::range() const {
  if (min && max) return bound_text(*min) + " to " + bound_text(*max);
  if (min) return "at least " + bound_text(*min);
  return max ? "at most " + bound_text(*max) : "";
}

OptionList& OptionList::add(Option option) {
  if (find(option.name)) throw Error("the option '" + option.name + "' is declared twice");
  options_.push_back(std::move(option));
  return *this;
}

OptionList& OptionList::boolean(std::string name, std::optional<bool> fallback, std::string help) {
  return add({std::move(name), Kind::boolean, as_value(fallback), {}, {}, {}, std::move(help)});
}

OptionList& OptionList::integer(std::string name, std::optional<std::int64_t> fallback,
                                std::optional<std::int64_t> min, std::optional<std::int64_t> max,
                                std::string help) {
  return add({std::move(name),
              Kind::integer,
              as_value(fallback),
              as_bound(min),
              as_bound(max),
              {},
              std::move(help)});
}

OptionList& OptionList::number(std::string name, std::optional<double> fallback, std::optional<double> min,
                               std::optional<double> max, std::string help) {
  return add({std::move(name), Kind::number, as_value(fallback), min, max, {}, std::move(help)});
}

OptionList& OptionList::number_or(std::string name, std::vector<std::string> words, std::optional<double> min,
                                  std::optional<double> max, std::string help) {
  Value fallback(words.at(0));
  return add({std::move(name), Kind::number_or_word, std::move(fallback), min, max, std::move(words),
              std::move(help)});
}

OptionList& OptionList::string(std::string name, std::optional<std::string> fallback, std::string help) {
  return choice(std::move(name), std::move(fallback), {}, std::move(help));
}

OptionList& OptionList::choice(std::string name, std::optional<std::string> fallback,
                               std::vector<std::string> words, std::string help) {
  return add({std::move(name), Kind::string, as_value(fallback), {}, {}, std::move(words), std::move(help)});
}

OptionList& OptionList::strings(std::string name, std::optional<std::vector<std::string>> fallback,
                                std::string help) {
  return choices(std::move(name), std::move(fallback), {}, std::move(help));
}

OptionList& OptionList::choices(std::string name, std::optional<std::vector<std::string>> fallback,
                                std::vector<std::string> words, std::string help) {
  return add({std::move(name), Kind::strings, as_value(fallback), {}, {}, std::move(words), std::move(help)});
}

OptionList& OptionList::table(std::string name, std::string help) {
  return add({std::move(name), Kind::table, Value(Value::Table{}), {}, {}, {}, std::move(help)});
}

OptionList& OptionList::append(const OptionList& other) {
  for (const Option& option : other.options_) add(option);
  return *this;
}

const Option* OptionList::find(std::string_view name) const {
  for (const Option& option : options_)
    if (option.name == name) return &option;
  return nullptr;
}

Options Options::read(const OptionList& declared, const Value& table, std::string_view where,
                      const TablesWithKey& tables_with) {
  Options options;
  const bool empty = table.is(Value::Kind::null);
  if (!empty) {
    std::vector<std::string> names;
    for (const Option& option : declared.all()) names.push_back(option.name);
    for (const auto& [key, value] : table.table()) {
      if (declared.find(key)) continue;
      value.refuse("unknown key " + Value(key).json() + " in " + std::string(where) +
                   key_hint(key, value, names, tables_with));
    }
  }
  for (const Option& option : declared.all()) {
    const Value* given = empty ? nullptr : table.find(option.name);
    if (given) {
      options.values_.set(option.name, checked(*given, option, where));
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

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  constexpr std::size_t kLongest = 64;
  if (word.size() > kLongest) return "";
  std::string best;
  std::size_t best_distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    std::vector<std::size_t> row(candidate.size() + 1), above, two_above;
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= word.size(); ++i) {
      two_above = std::exchange(above, row);
      row[0] = i;
      for (std::size_t j = 1; j <= candidate.size(); ++j) {
        row[j] = std::min({above[j - 1] + (word[i - 1] != candidate[j - 1]), above[j] + 1, row[j - 1] + 1});
        if (i > 1 && j > 1 && word[i - 1] == candidate[j - 2] && word[i - 2] == candidate[j - 1])
          row[j] = std::min(row[j], two_above[j - 2] + 1);
      }
    }
    if (row.back() < best_distance) {
      best_distance = row.back();
      best = candidate;
    }
  }
  return best;
}

}  // namespace mtt
