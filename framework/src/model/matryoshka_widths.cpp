#include "model/matryoshka_widths.h"

#include <algorithm>

namespace mtt {

bool MatryoshkaWidths::allow(std::int64_t width) const {
  return all || std::find(listed.begin(), listed.end(), width) != listed.end();
}

MatryoshkaWidths matryoshka_widths(const Value& config) {
  MatryoshkaWidths widths;
  const Value* list = config.find("matryoshka_dimensions");
  if (list != nullptr && list->is(Value::Kind::array)) {
    for (const Value& width : list->array())
      if (width.is(Value::Kind::integer)) widths.listed.push_back(width.integer());
    return widths;
  }
  const Value* all = config.find("is_matryoshka");
  widths.all = all != nullptr && all->is(Value::Kind::boolean) && all->boolean();
  return widths;
}

}  // namespace mtt
