#include <cmath>
#include <utility>

#include "mtt/error.h"
#include "mtt/options.h"

namespace mtt {
namespace {

using Kind = Option::Kind;

std::string bound_text(double bound) {
  constexpr double kExact = 1e15;
  if (bound == std::floor(bound) && std::abs(bound) < kExact)
    return std::to_string(static_cast<std::int64_t>(bound));
  return Value(bound).json();
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

}  // namespace mtt
