// The logistic function, bit-identical for equal values anywhere in a tensor.
#pragma once

#include <ATen/core/Tensor.h>

#include "mtt/export.h"

namespace mtt::nn {

/// 1 / (1 + e^-x).
MTT_API double sigmoid(float x);

/// The same of each value, for predictions: float of any shape → the same shape, without a gradient.
/// LibTorch's sigmoid rounds a value differently at different places of a tensor, so that a prediction would
/// depend on its batch.
MTT_API at::Tensor sigmoid(const at::Tensor& x);

}  // namespace mtt::nn
