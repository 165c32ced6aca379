#include "value/json.h"

#include <unordered_set>
#include <utility>

#include "value/json_scanner.h"

namespace mtt {
namespace {

constexpr int kDeepest = 100;
constexpr std::size_t kFewKeys = 16;  // up to here a linear search for duplicates is faster than a set

class Parser {
 public:
  Parser(std::string_view text, const std::string& source, std::int32_t line) : in_(text, source, line) {}

  Value document() {
    Value value = this->value(1);
    in_.skip_blanks();
    if (!in_.at_end()) in_.fail("there is more text after the end of the document");
    return value;
  }

 private:
  Value value(int depth) {
    in_.skip_blanks();
    if (depth > kDeepest) in_.fail("nested deeper than " + std::to_string(kDeepest) + " levels");
    Place here = in_.place();
    if (in_.at_end()) in_.fail(in_.found() + ", expected a value");
    for (const std::string_view none : {"NaN", "nan", "Infinity", "-Infinity", "None"})
      if (in_.rest().starts_with(none))
        in_.fail("found " + std::string(none) +
                 ", which JSON does not have; write null if there is no value");
    for (const std::string_view word : {"True", "False"})
      if (in_.rest().starts_with(word))
        in_.fail("found " + std::string(word) + ", which JSON does not have; write " +
                 (word == "True" ? "true" : "false"));
    if (in_.at('\'')) in_.fail("found ', expected a value; JSON has double quotes around strings");
    switch (in_.rest().front()) {
      case '{':
        return table(depth).placed(std::move(here));
      case '[':
        return array(depth).placed(std::move(here));
      case '"':
        return Value(in_.string()).placed(std::move(here));
      case 't':
        in_.word("true");
        return Value(true).placed(std::move(here));
      case 'f':
        in_.word("false");
        return Value(false).placed(std::move(here));
      case 'n':
        in_.word("null");
        return Value().placed(std::move(here));
      default:
        return in_.number().placed(std::move(here));
    }
  }

  Value array(int depth) {
    in_.expect('[');
    Value::Array items;
    if (in_.accept(']')) return items;
    do {
      items.push_back(value(depth + 1));
    } while (in_.accept(','));
    in_.expect(']');
    return items;
  }

  Value table(int depth) {
    in_.expect('{');
    Value::Table entries;
    if (in_.accept('}')) return entries;
    std::vector<Place> places;
    do {
      in_.skip_blanks();
      places.push_back(in_.place());
      if (!in_.at('"')) in_.fail(in_.found() + ", expected a key in double quotes");
      std::string key = in_.string();
      in_.skip_blanks();
      in_.expect(':');
      entries.push_back({std::move(key), value(depth + 1)});
    } while (in_.accept(','));
    in_.expect('}');
    check_unique(entries, places);
    return entries;
  }

  static void check_unique(const Value::Table& entries, const std::vector<Place>& places) {
    const auto refuse = [&](std::size_t i) {
      throw Error(places[i].str() + ": the key " + Value(entries[i].key).json() + " occurs twice");
    };
    if (entries.size() <= kFewKeys) {
      for (std::size_t i = 1; i < entries.size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
          if (entries[i].key == entries[j].key) refuse(i);
      return;
    }
    std::unordered_set<std::string_view> seen;
    seen.reserve(entries.size());
    for (std::size_t i = 0; i < entries.size(); ++i)
      if (!seen.insert(entries[i].key).second) refuse(i);
  }

  JsonScanner in_;
};

}  // namespace

Value parse_json(std::string_view bytes, const std::string& source) {
  return parse_json_line(bytes, source, 1);
}

Value parse_json_line(std::string_view bytes, const std::string& source, std::int32_t line) {
  return Parser(bytes, source, line).document();
}

}  // namespace mtt
