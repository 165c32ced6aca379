#include "mtt/label_set.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "data/text_keys.h"
#include "mtt/error.h"
#include "mtt/options.h"
#include "value/json.h"
#include "value/utf8.h"

namespace mtt {
namespace {

constexpr std::size_t kLongestShown = 60;

const char* expected_label(LabelKind kind) {
  switch (kind) {
    case LabelKind::classes:
      return "a string, an integer or a boolean";
    case LabelKind::sets:
      return "an array of labels, for example [\"food\", \"travel\"]";
    case LabelKind::spans:
      return "spans, for example [{\"start\": 0, \"end\": 4, \"label\": \"person\"}]";
    case LabelKind::numbers:
      return "a number, for example 0.5";
    case LabelKind::other:
      return "another label";
  }
  return "";
}

/// Which head reads what was found instead.
std::string head_for(const Value& label, LabelKind expected) {
  switch (label.kind()) {
    case Value::Kind::number: {
      const double number = label.number();
      const bool whole = number == std::floor(number) && std::abs(number) < 1e15;
      std::string hint = "; numbers are for head = \"regression\"";
      if (whole && expected == LabelKind::classes)
        hint += ", and a class is written " + std::to_string(static_cast<std::int64_t>(number)) +
                ", without a decimal point";
      return hint;
    }
    case Value::Kind::integer:
      return "; integers are for head = \"classification\" or \"regression\"";
    case Value::Kind::string:
    case Value::Kind::boolean:
      return "; one label for each sentence is for head = \"classification\"" +
             std::string(expected == LabelKind::numbers ? ", ordered ones are for \"ordinal\"" : "");
    case Value::Kind::array: {
      const Value::Array& items = label.array();
      const bool spans =
          !items.empty() && (items.front().is(Value::Kind::table) || items.front().is(Value::Kind::array));
      if (expected == LabelKind::spans) return spans ? "; each span is a table with these three keys" : "";
      return spans ? "; spans are for head = \"token_classification\""
                   : "; several labels for each sentence are for head = \"multi_label\", one tag for each "
                     "token is for \"token_classification\"";
    }
    case Value::Kind::table:
      if (expected == LabelKind::spans)
        return "; spans are an array of tables with these three keys, two integers and a string";
      return label.find("start") ? "; spans are for head = \"token_classification\"" : "";
    case Value::Kind::null:
      return "";
  }
  return "";
}

}  // namespace

void refuse_label(const Value& label, LabelKind expected) {
  std::string found = label.json();
  if (found.size() > kLongestShown) {
    std::size_t end = kLongestShown;
    while (continues_character(found[end])) --end;
    found = found.substr(0, end) + "...";
  }
  label.refuse("found " + found + ", expected " + expected_label(expected) + head_for(label, expected));
}

LabelSet::LabelSet(std::vector<std::string> names) : names_(std::move(names)) {
  for (const std::string& name : names_) {
    if (name.empty()) throw Error("a label is the empty string; give it a name");
    const auto index = static_cast<std::int64_t>(indices_.size());
    if (!indices_.emplace(name, index).second)
      throw Error("the label " + Value(name).json() + " occurs twice");
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
  if (!label.is(Value::Kind::string)) refuse_label(label, LabelKind::classes);
  if (label.string().empty())
    label.refuse("the label is the empty string; give it a name, or write null if there is no label");
  return label.string();
}

std::int64_t ScoredLabels::number(const std::string& name) {
  if (const auto found = known_.find(name)) return *found;
  return others_.emplace(name, known_.size() + static_cast<std::int64_t>(others_.size())).first->second;
}

/// "0,5" as "0.5"; "" for other texts.
std::string with_decimal_point(const std::string& text) {
  const std::size_t comma = text.find(',');
  const std::size_t begin = text.starts_with('-') ? 1 : 0;
  const auto digits = [&](std::size_t from, std::size_t to) {
    return from < to && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(from),
                                    text.begin() + static_cast<std::ptrdiff_t>(to),
                                    [](char c) { return c >= '0' && c <= '9'; });
  };
  if (comma == std::string::npos || !digits(begin, comma) || !digits(comma + 1, text.size())) return "";
  return text.substr(0, comma) + "." + text.substr(comma + 1);
}

double label_number(const Value& label) {
  const auto checked = [&](double number) {
    if (std::abs(number) > std::numeric_limits<float>::max())
      label.refuse("the number " + label.json() + " is larger than the largest float, 3.4e38");
    return number;
  };
  if (label.is(Value::Kind::integer) || label.is(Value::Kind::number)) return checked(label.number());
  if (!label.is(Value::Kind::string)) refuse_label(label, LabelKind::numbers);
  Value read;
  try {
    read = parse_json(label.string(), "");
  } catch (const Error&) {
  }
  if (!read.is(Value::Kind::integer) && !read.is(Value::Kind::number)) {
    if (const std::string pointed = with_decimal_point(label.string()); !pointed.empty())
      label.refuse("found " + label.json() + ", expected a number with a decimal point: " + pointed);
    refuse_label(label, LabelKind::numbers);
  }
  return checked(read.number());
}

bool in_second_text(const Value& span) {
  const Value* in = span.find("in");
  if (!in) return false;
  if (!in->is(Value::Kind::string) || (in->string() != "text" && in->string() != kTextPair))
    in->refuse("a span has \"in\": " + in->json() + "; expected \"text\" or \"text_pair\"");
  return in->string() == kTextPair;
}

}  // namespace mtt
