// Kinds of labels, and the names in a label.
#pragma once

#include <string>
#include <vector>

#include "mtt/label_kind.h"
#include "mtt/value.h"

namespace mtt {

/// "classes", "sets of classes", "spans", "numbers"; "labels of another kind" for `other`.
const char* label_kind_name(LabelKind kind);

/// The names that a label of the kinds `classes`, `sets` or `spans` holds: the class itself, the members of
/// the set, the labels of the spans; none for `numbers` and `other`. A label of another kind throws Error
/// with its place.
std::vector<std::string> label_names(LabelKind kind, const Value& label);

}  // namespace mtt
