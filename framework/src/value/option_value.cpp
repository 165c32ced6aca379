#include "value/option_value.h"

#include <algorithm>
#include <charconv>

#include "value/listed.h"

namespace mtt {
namespace {

using Kind = Option::Kind;

[[noreturn]] void refuse(const Value& value, std::string_view where, const Option& option,
                         const std::string& what) {
  value.refuse("'" + option.name + "' in " + std::string(where) + " " + what);
}

void check_word(const Value& value, const Option& option, std::string_view where, const OptionHints& hints) {
  const std::string& word = value.string();
  const auto& words = option.choices;
  if (words.empty() || std::find(words.begin(), words.end(), word) != words.end()) return;
  const std::string own = hints.own_word ? hints.own_word(option.name, word) : "";
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

}  // namespace

std::string_view expected_kind(Option::Kind kind) {
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

Value checked_value(const Value& value, const Option& option, std::string_view where,
                    const OptionHints& hints) {
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
      check_word(value, option, where, hints);
      return value;
    case Kind::string:
      if (kind != Value::Kind::string) break;
      check_word(value, option, where, hints);
      return value;
    case Kind::strings: {
      if (kind == Value::Kind::string) {
        check_word(value, option, where, hints);
        return Value(Value::Array{value}).placed(value.place());
      }
      if (kind != Value::Kind::array) break;
      for (const Value& word : value.array()) {
        if (!word.is(Value::Kind::string)) wrong_kind(word, option, where);
        check_word(word, option, where, hints);
      }
      return value;
    }
    case Kind::table:
      if (kind == Value::Kind::table) return value;
      break;
  }
  wrong_kind(value, option, where);
}

}  // namespace mtt
