#include "data/label_names.h"

#include "mtt/label_set.h"

namespace mtt {

std::vector<std::string> label_names(const Value& label) {
  if (label.is(Value::Kind::number)) return {label.json()};
  if (!label.is(Value::Kind::array)) return {LabelSet::text(label)};
  std::vector<std::string> names;
  for (const Value& item : label.array())
    names.push_back(item.is(Value::Kind::table) ? item.at("label").string() : LabelSet::text(item));
  return names;
}

}  // namespace mtt
