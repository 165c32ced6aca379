// The device and the floating-point type of a model.
#pragma once

#include <c10/core/Device.h>
#include <c10/core/ScalarType.h>

namespace mtt {

/// The device of a model's tensors and the type of its floating-point ones. A placement belongs to the model:
/// the framework moves modules and batches; plugins do not need it. A plugin makes tensors with the options
/// of those that it receives, and registers constants as buffers. New modules are on the CPU in float32.
struct Placement {
  at::Device device = at::kCPU;
  at::ScalarType dtype = at::kFloat;  ///< a floating-point type
};

}  // namespace mtt
