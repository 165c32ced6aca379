#include "data/unseen_labels.h"

#include <algorithm>
#include <map>

#include "mtt/error.h"
#include "mtt/label_set.h"

namespace mtt {
namespace {

/// What the head refuses by itself is passed over.
void count(const Value& label, std::map<std::string, std::int64_t>& names) {
  if (label.is(Value::Kind::array)) {
    for (const Value& item : label.array()) count(item, names);
  } else if (label.is(Value::Kind::table)) {
    if (const Value* name = label.find("label")) count(*name, names);
  } else if (label.is(Value::Kind::string) || label.is(Value::Kind::integer) ||
             label.is(Value::Kind::boolean)) {
    ++names[LabelSet::text(label)];
  }
}

bool is_number(const Value& label) {
  if (label.is(Value::Kind::integer) || label.is(Value::Kind::number) || label.is(Value::Kind::null))
    return true;
  if (!label.is(Value::Kind::string)) return false;
  try {
    label_number(label);
    return true;
  } catch (const Error&) {
    return false;
  }
}

}  // namespace

std::vector<std::pair<std::string, std::int64_t>> unseen_labels(const std::vector<Value>& train,
                                                                const std::vector<Value>& held_out) {
  if (std::all_of(train.begin(), train.end(), is_number)) return {};
  std::map<std::string, std::int64_t> known, found;
  for (const Value& label : train) count(label, known);
  for (const Value& label : held_out) count(label, found);
  std::erase_if(found, [&](const auto& entry) { return known.contains(entry.first); });
  return {found.begin(), found.end()};
}

}  // namespace mtt
