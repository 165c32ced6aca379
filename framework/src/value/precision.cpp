#include "mtt/precision.h"

#include <algorithm>

#include "mtt/error.h"

namespace mtt {

std::vector<std::string> precision_names() { return {"fp32", "bf16", "int8"}; }

std::string precision_name(Precision precision) {
  return precision_names()[static_cast<std::size_t>(precision)];
}

Precision precision_named(std::string_view name) {
  const std::vector<std::string> names = precision_names();
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    throw Error("unknown precision '" + std::string(name) + "'; expected fp32, bf16 or int8");
  return static_cast<Precision>(found - names.begin());
}

}  // namespace mtt
