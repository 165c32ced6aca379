#include "train/shared_parameters.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "freeze/frontier.h"
#include "model/parameter_name.h"

namespace mtt {
namespace {

std::vector<at::Tensor> trainable(const nn::Module& module) {
  std::vector<at::Tensor> tensors;
  for (const auto& [name, tensor] : module.parameters())
    if (tensor.requires_grad()) tensors.push_back(tensor);
  return tensors;
}

}  // namespace

SharedParameters SharedParameters::of(const MultiTaskModel& model) {
  SharedParameters result;
  result.shared = trainable(model.backbone().module());
  const std::vector<at::Tensor> dense = trainable(model.modules());
  result.shared.insert(result.shared.end(), dense.begin(), dense.end());
  const std::int64_t depth = model.backbone().shape().layers;
  const auto backbone = model.backbone().parameters();
  const std::int64_t lowest = frontier(backbone, depth);
  std::int64_t lowest_read = depth;
  for (const Task& task : model.tasks()) {
    const std::int64_t read = task.reading.layer_in(depth);
    const bool own_vector = task.reads_tokens() || task.reading.pooling;
    result.balanced.push_back(lowest < read || (!own_vector && !dense.empty()));
    if (result.balanced.back()) lowest_read = std::min(lowest_read, read);
  }
  std::int64_t highest = -1;
  for (const auto& [name, tensor] : backbone) {
    const std::int64_t layer = layer_of_parameter(name);
    if (!tensor.requires_grad() || layer >= lowest_read) continue;
    if (layer > highest) result.last_layer.clear();
    highest = std::max(highest, layer);
    if (layer == highest) result.last_layer.push_back(tensor);
  }
  if (result.last_layer.empty()) result.last_layer = result.shared;
  for (const Task& task : model.tasks()) result.own.push_back(trainable(task.module()));
  return result;
}

std::vector<double> SharedParameters::of_balanced(std::vector<double> values) const {
  for (std::size_t t = 0; t < values.size(); ++t)
    if (!balanced[t]) values[t] = std::numeric_limits<double>::quiet_NaN();
  return values;
}

}  // namespace mtt
