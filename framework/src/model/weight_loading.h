// Fills a module's parameters from checkpoint tensors.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/safetensors.h"
#include "mtt/backbone.h"
#include "mtt/nn/module.h"

namespace mtt {

/// Gives every parameter of the module its values, strictly: a missing tensor, a wrong shape or rows that are
/// left without values throw Error. Float32 tensors are used in the mapped file itself (copy on write);
/// others are converted. Tensors that `target` does not know are named in `warnings`.
void load_weights(nn::Module& module, const Weights& weights,
                  const std::function<std::optional<WeightTarget>(std::string_view)>& target,
                  std::vector<std::string>& warnings);

}  // namespace mtt
