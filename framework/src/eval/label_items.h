// The items of a label, as far as scores count them.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <tuple>

#include "mtt/label_kind.h"
#include "mtt/value.h"

namespace mtt {

/// Label, whether it is in the second text, start and end; classes and members of sets have no position.
using LabelItems = std::set<std::tuple<std::string, bool, std::int64_t, std::int64_t>>;

/// The items of a label of the kinds `classes`, `sets` or `spans`.
LabelItems items_of(LabelKind kind, const Value& label);
/// The items of a prediction of a head with labels of this kind.
LabelItems predicted_items(LabelKind kind, const Value& prediction);

}  // namespace mtt
