#include <algorithm>
#include <array>

#include "data/import/parsers.h"
#include "value/json.h"

namespace mtt {
namespace {

struct Part {
  std::string_view key, split;
};

constexpr std::array<Part, 6> kParts = {{{"train", "train"},
                                         {"val", "dev"},
                                         {"test", "test"},
                                         {"oos_train", "oos_train"},
                                         {"oos_val", "oos_dev"},
                                         {"oos_test", "oos_test"}}};

Value example(const Value& pair) {
  const Value::Array& cells = pair.array();
  if (cells.size() != 2)
    pair.refuse("found an array of " + std::to_string(cells.size()) + ", expected a text and its intent");
  if (cells[1].string().empty()) cells[1].refuse("the intent is empty");
  return Value(Value::Table{{"text", cells[0].string()}, {"intent", cells[1].string()}}).placed(pair.place());
}

/// The split of a key, or "".
std::string_view split_of(std::string_view key) {
  const auto part = std::find_if(kParts.begin(), kParts.end(), [&](const Part& p) { return p.key == key; });
  return part == kParts.end() ? "" : part->split;
}

}  // namespace

void import_clinc(std::string_view bytes, const std::string& source, Imported& data) {
  const Value file = parse_json(bytes, source);
  for (const auto& [key, pairs] : file.table()) {
    const std::string_view split = split_of(key);
    if (split.empty())
      pairs.refuse("found the key " + Value(key).json() +
                   ", expected train, val, test, oos_train, oos_val or oos_test");
    for (const Value& pair : pairs.array()) data.add(split, example(pair));
  }
}

}  // namespace mtt
