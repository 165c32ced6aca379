#include "mtt/label_set.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "io/json.h"
#include "mtt/error.h"
#include "mtt/options.h"

namespace mtt {

LabelSet::LabelSet(std::vector<std::string> names) : names_(std::move(names)) {
  for (const std::string& name : names_) {
    if (name.empty()) throw Error("a label is the empty string; give it a name");
    const auto index = static_cast<std::int64_t>(indices_.size());
    if (!indices_.emplace(name, index).second)
      throw Error("the label " + Value(name).json() + " is there twice");
  }
}

LabelSet LabelSet::sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return LabelSet(std::move(names));
}

std::optional<std::int64_t> LabelSet::find(std::string_view name) const {
  const auto found = indices_.find(name);
  if (found == indices_.end()) return std::nullopt;
  return found->second;
}

std::int64_t LabelSet::index(const Value& label) const {
  const std::string name = text(label);
  if (const auto found = find(name)) return *found;
  const std::string near = nearest(name, names_);
  label.refuse("the label " + Value(name).json() + " is not among the " + std::to_string(size()) +
               " labels of the head" + (near.empty() ? "" : "; did you mean '" + near + "'?"));
}

Value LabelSet::value() const {
  Value::Array array;
  for (const std::string& name : names_) array.emplace_back(name);
  return array;
}

LabelSet LabelSet::from_value(const Value& names) {
  std::vector<std::string> list;
  for (const Value& name : names.array()) list.push_back(name.string());
  return LabelSet(std::move(list));
}

std::string LabelSet::text(const Value& label) {
  if (label.is(Value::Kind::integer) || label.is(Value::Kind::boolean)) return label.json();
  return label.string();
}

std::int64_t ScoredLabels::number(const std::string& name) {
  if (const auto found = known_.find(name)) return *found;
  return others_.emplace(name, known_.size() + static_cast<std::int64_t>(others_.size())).first->second;
}

double label_number(const Value& label) {
  const auto checked = [&](double number) {
    if (std::abs(number) > std::numeric_limits<float>::max())
      label.refuse("the number " + label.json() + " is beyond the largest float, 3.4e38");
    return number;
  };
  if (!label.is(Value::Kind::string)) return checked(label.number());
  Value read;
  try {
    read = parse_json(label.string(), "");
  } catch (const Error&) {
  }
  if (!read.is(Value::Kind::integer) && !read.is(Value::Kind::number))
    label.refuse("found " + label.json() + ", expected a number, for example 0.5");
  return checked(read.number());
}

}  // namespace mtt
