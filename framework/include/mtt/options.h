// Declaring and reading the options of a plugin or of a table of the experiment file.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/export.h"
#include "mtt/value.h"

namespace mtt {

/// One declared option: reading, validation, defaults, `mtt plugins NAME` and docs/config.md come from it.
struct MTT_API Option {
  /// What the value may be; `number_or_word`: a number or one of `choices`; `strings`: one or several.
  enum class Kind { boolean, integer, number, number_or_word, string, strings, table };
  std::string name;
  Kind kind = Kind::string;
  std::optional<Value> fallback;     ///< the default; none: the option is required
  std::optional<double> min, max;    ///< inclusive range of an integer or number
  std::vector<std::string> choices;  ///< the words that a string (or each of several) may be; empty: any
  std::string help;                  ///< one sentence

  /// "1 to 100", "at least 0", or "" if there is no range.
  std::string range() const;
};

/// A list of declared options. Each call adds one and returns the list, so calls can be chained.
class MTT_API OptionList {
 public:
  OptionList& boolean(std::string name, std::optional<bool> fallback, std::string help);
  OptionList& integer(std::string name, std::optional<std::int64_t> fallback, std::optional<std::int64_t> min,
                      std::optional<std::int64_t> max, std::string help);
  OptionList& number(std::string name, std::optional<double> fallback, std::optional<double> min,
                     std::optional<double> max, std::string help);
  /// A number within the range, or one of the words, of which the first is the default.
  OptionList& number_or(std::string name, std::vector<std::string> words, std::optional<double> min,
                        std::optional<double> max, std::string help);
  OptionList& string(std::string name, std::optional<std::string> fallback, std::string help);
  OptionList& choice(std::string name, std::optional<std::string> fallback, std::vector<std::string> words,
                     std::string help);
  /// An array of strings; a single string is taken as an array of one.
  OptionList& strings(std::string name, std::optional<std::vector<std::string>> fallback, std::string help);
  /// As `strings`, each one of the given words.
  OptionList& choices(std::string name, std::optional<std::vector<std::string>> fallback,
                      std::vector<std::string> words, std::string help);
  /// A table that is read elsewhere (by another list).
  OptionList& table(std::string name, std::string help);

  /// Appends all options of another list. An existing name throws Error.
  OptionList& append(const OptionList& other);

  const std::vector<Option>& all() const { return options_; }
  const Option* find(std::string_view name) const;

 private:
  OptionList& add(Option option);
  std::vector<Option> options_;
};

/// What messages on an unknown key or word can say beyond the declared names. A function returns "" where it
/// knows nothing, and may be missing.
struct OptionHints {
  /// What is written here for a key of another system: "learning_rate in [train]", or "not available: ...";
  /// `table` if its value is a table.
  std::function<std::string(std::string_view key, bool table)> own_key = {};
  /// The tables that declare a key which is unknown in another table: "[data] or [tasks.<name>]".
  std::function<std::string(std::string_view key)> tables_with = {};
  /// What is written here for another system's word as the value of an option: ("pooling", "avg") → "mean".
  std::function<std::string(std::string_view option, std::string_view word)> own_word = {};
};

/// Options after reading: every declared name is present and within its range.
class MTT_API Options {
 public:
  /// Reads a table strictly: an unknown key (with the nearest declared name), a wrong kind, a value out of
  /// range or a missing required option throws Error with file:line:col. `where` names the table in
  /// messages: "[tasks.intent]"; `hints` add to the messages for unknown keys and words. A null value reads
  /// as an empty table.
  static Options read(const OptionList& declared, const Value& table, std::string_view where,
                      const OptionHints& hints = {});

  bool boolean(std::string_view name) const;
  std::int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  /// The number of a `number_or` option; none if it holds a word.
  std::optional<double> number_if(std::string_view name) const;
  const std::string& string(std::string_view name) const;
  std::vector<std::string> strings(std::string_view name) const;
  const Value& value(std::string_view name) const;

  /// True if the source sets the option; false if it has its default.
  bool given(std::string_view name) const;

  /// The options that another list declares.
  Options subset(const OptionList& declared) const;

  /// All options with their values, defaults included, in the declared order.
  const Value& resolved() const { return values_; }

 private:
  Value values_{Value::Table{}};
  std::vector<std::string> given_;
};

/// The candidate nearest to `word` by edit distance, or "" if none is near enough to suggest.
MTT_API std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace mtt
