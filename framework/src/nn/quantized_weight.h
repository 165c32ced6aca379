// Weights of linear layers in 8 bits.
#pragma once

#include <ATen/core/Tensor.h>

namespace mtt::nn {

/// W[o, i] ≈ scales[o] · values[o, i], with values from -127 to 127.
struct QuantizedWeight {
  at::Tensor values;  ///< int8 [out, in]
  at::Tensor scales;  ///< float32 [out]
};

/// weight [out, in], float32 on the CPU → its values, rounded to the nearest. Each row has the scale with
/// which its largest magnitude becomes 127. Quantising `dequantized` again gives the same values and scales.
/// Values that are not finite throw Error.
QuantizedWeight quantized(const at::Tensor& weight);

/// float32 [out, in]
at::Tensor dequantized(const QuantizedWeight& weight);

}  // namespace mtt::nn
