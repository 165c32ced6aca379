// Fills a module's parameters from checkpoint tensors.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/weights.h"
#include "mtt/backbone.h"
#include "mtt/nn/module.h"

namespace mtt {

/// A checkpoint's tensor as float32: in the mapped file itself where it is aligned float32 (a write changes
/// this process's copy alone), else a copy. Other than floating types throw Error.
at::Tensor float_tensor(const TensorView& view, const std::string& source);

/// Gives every parameter of the module its values, strictly: a missing tensor (named as the checkpoint
/// would), two tensors for the same rows, and a wrong shape throw Error. Float32 tensors are used in the
/// mapped file itself (copy on write); others are converted, those of 8 bits with their scales. Tensors that
/// `target` does not know are named in `warnings`.
void load_weights(nn::Module& module, const Weights& weights,
                  const std::function<std::optional<WeightTarget>(std::string_view)>& target,
                  std::vector<std::string>& warnings);

}  // namespace mtt
