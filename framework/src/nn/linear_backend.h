// What computes the products of linear layers.
#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>

#include "mtt/nn/layers.h"
#include "mtt/precision.h"

namespace mtt::nn {

/// A weight as a backend multiplies with it: packed, converted or quantised. It never changes. After a change
/// of the layer's weight there is another one, and a thread that still computes with this one keeps it.
class PreparedWeight {
 public:
  virtual ~PreparedWeight() = default;

  /// activation(x Wᵀ + b): x [N, in] → a new tensor [N, out] of the type of x. x lies on the weight's device
  /// with any strides; N may be 0. `bias` [out] holds the current values and is not kept; null: none.
  /// Called from several threads at once. The bits of a row must not depend on the other rows
  /// (LibTorch's do).
  virtual at::Tensor run(const at::Tensor& x, const at::Tensor* bias, const Activation& activation) const = 0;
};

/// A way to compute linear layers on one device in one precision. Backends have no state: what they need of a
/// layer is in its PreparedWeight.
class LinearBackend {
 public:
  virtual ~LinearBackend() = default;

  /// weight [out, in] → what `run` needs of it. A layer calls this at its first product and at the first
  /// product after its weight changed (in place, by another storage, type or device), from one thread at a
  /// time; never for a change of the bias alone.
  virtual std::shared_ptr<const PreparedWeight> prepare(const at::Tensor& weight) const = 0;
};

/// LibTorch's operators: every device and type, through which gradients flow (but see trained_linear.h). Its
/// PreparedWeight is the weight itself, so changes need no other one.
const LinearBackend& libtorch_backend();

/// Our float32 kernel on packed weights. Null where this processor has none.
const LinearBackend* packed_backend();

/// Our kernels on weights of 8 bits and in bfloat16, which also reduce the inputs. Null where this processor
/// has none.
const LinearBackend* int8_backend();
const LinearBackend* bf16_backend();

/// The backend of a layer where no gradient is asked for. `type` is that of the weight.
const LinearBackend& linear_backend(at::Device device, at::ScalarType type);

/// The backend of a layer of reduced precision on the CPU; null where this processor has none, and for fp32.
const LinearBackend* reduced_backend(Precision precision);

}  // namespace mtt::nn
