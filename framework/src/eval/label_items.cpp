#include "eval/label_items.h"

#include "data/label_names.h"
#include "mtt/label_set.h"

namespace mtt {

LabelItems items_of(LabelKind kind, const Value& label) {
  LabelItems items;
  if (kind == LabelKind::spans) {
    for (const Value& span : label.array())
      items.emplace(span.at("label").string(), in_second_text(span), span.at("start").integer(),
                    span.at("end").integer());
    return items;
  }
  for (std::string& name : label_names(kind, label)) items.emplace(std::move(name), false, 0, 0);
  return items;
}

LabelItems predicted_items(LabelKind kind, const Value& prediction) {
  return items_of(kind, prediction.at(kind == LabelKind::classes ? "label"
                                      : kind == LabelKind::sets  ? "labels"
                                                                 : "entities"));
}

}  // namespace mtt
