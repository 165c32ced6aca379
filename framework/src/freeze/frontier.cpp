#include "freeze/frontier.h"

#include <algorithm>

#include "model/parameter_name.h"

namespace mtt {

std::int64_t own_layers(const std::vector<nn::NamedParameter>& backbone) {
  std::int64_t highest = -1;
  for (const auto& [name, tensor] : backbone) highest = std::max(highest, layer_of_parameter(name));
  return highest + 1;
}

std::int64_t frontier(const std::vector<nn::NamedParameter>& backbone, std::int64_t layers) {
  std::int64_t lowest = layers;
  for (const auto& [name, tensor] : backbone)
    if (tensor.requires_grad()) lowest = std::min(lowest, layer_of_parameter(name));
  return lowest;
}

}  // namespace mtt
