#include "report/import_text.h"

#include <algorithm>
#include <limits>
#include <set>
#include <vector>

#include "data/text_keys.h"
#include "io/terminal_text.h"

namespace mtt {
namespace {

/// The values of one key.
struct Labels {
  std::string key;
  std::set<std::string> names;
  std::int64_t spans = 0;
  bool spanned = false;
  double least = std::numeric_limits<double>::infinity(), most = -least;
};

Labels& labels_of(std::vector<Labels>& all, const std::string& key) {
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Labels& labels) { return labels.key == key; });
  if (found != all.end()) return *found;
  all.emplace_back().key = key;
  return all.back();
}

void count(Labels& labels, const Value& value) {
  if (value.is(Value::Kind::number)) {
    labels.least = std::min(labels.least, value.number());
    labels.most = std::max(labels.most, value.number());
  } else if (value.is(Value::Kind::string)) {
    labels.names.insert(value.string());
  } else if (value.is(Value::Kind::array)) {
    labels.spanned = true;
    for (const Value& span : value.array()) {
      labels.names.insert(span.is(Value::Kind::table) ? span.at("label").string() : span.string());
      ++labels.spans;
    }
  }
}

std::string counted(std::int64_t count, const std::string& one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

std::string text_of(const Labels& labels) {
  const std::string key = "; " + printable(labels.key) + ": ";
  if (labels.least <= labels.most)
    return key + formatted("%g", labels.least) + " to " + formatted("%g", labels.most);
  const std::string names = counted(static_cast<std::int64_t>(labels.names.size()), "label");
  return key + names + (labels.spanned ? ", " + counted(labels.spans, "span") : "");
}

}  // namespace

std::string import_summary(const ImportedSplit& split) {
  std::vector<Labels> all;
  for (const Value& row : split.rows)
    for (const auto& [key, value] : row.table())
      if (key != "text" && key != kTextPair && key != "attribution") count(labels_of(all, key), value);
  std::string text = counted(static_cast<std::int64_t>(split.rows.size()), "example");
  for (const Labels& labels : all) text += text_of(labels);
  return text;
}

std::string import_note(const ImportNote& note) {
  return note.what + ": " + std::to_string(note.count) + ", the first at " + printable(note.first.str());
}

}  // namespace mtt
