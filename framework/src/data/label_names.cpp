#include "data/label_names.h"

#include "data/whole_words.h"
#include "mtt/label_set.h"

namespace mtt {
namespace {

std::string class_name(const Value& label) {
  return label.is(Value::Kind::number) ? label.json() : LabelSet::text(label);
}

}  // namespace

const char* label_kind_name(LabelKind kind) {
  switch (kind) {
    case LabelKind::other:
      return "labels of another kind";
    case LabelKind::classes:
      return "classes";
    case LabelKind::sets:
      return "sets of classes";
    case LabelKind::spans:
      return "spans";
    case LabelKind::numbers:
      return "numbers";
  }
  return "";
}

std::vector<std::string> label_names(LabelKind kind, const Value& label) {
  std::vector<std::string> names;
  switch (kind) {
    case LabelKind::classes:
      return {class_name(label)};
    case LabelKind::sets:
      if (!label.is(Value::Kind::array)) return {class_name(label)};
      for (const Value& name : label.array()) names.push_back(class_name(name));
      return names;
    case LabelKind::spans:
      if (!is_span_list(label)) refuse_label(label, kind);
      for (const Value& span : label.array()) names.push_back(span.at("label").string());
      return names;
    case LabelKind::numbers:
    case LabelKind::other:
      return {};
  }
  return {};
}

}  // namespace mtt
