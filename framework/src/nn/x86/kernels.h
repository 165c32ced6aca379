// Linear layers on packed weights in three precisions, attention of one head over one sentence, and layer
// normalisation.
//
// Each kernel is compiled for several instruction sets and called only where the processor has them. The
// sources include nothing whose inline functions the linker could share with the rest of the program.
#pragma once

#include <cstdint>

namespace mtt::nn::x86 {

/// y = x Wᵀ + b, or its GELU.
struct LinearArguments {
  const float* x;  ///< [rows, in]
  std::int64_t rows;
  std::int64_t in;
  const float* packed;
  const float* bias;  ///< [out]
  float* y;           ///< [rows, out]
  std::int64_t out;
  bool gelu;
};

/// A linear layer; every row of y is the same whatever the number of rows.
struct LinearKernel {
  /// Outputs that are computed side by side; `out` must be a multiple of it.
  std::int64_t panel;
  /// weight [out, in] → packed [out / panel][in][panel]
  void (*pack)(const float* weight, std::int64_t out, std::int64_t in, float* packed);
  /// The same from its transpose: columns [in, out] → packed, for the panels first_panel .. last_panel-1.
  void (*pack_columns)(const float* columns, std::int64_t in, std::int64_t out, std::int64_t first_panel,
                       std::int64_t last_panel, float* packed);
  /// Computes the panels first_panel .. last_panel-1 of y.
  void (*run)(const LinearArguments& arguments, std::int64_t first_panel, std::int64_t last_panel);
};

/// y = x Wᵀ + b on integers, or its GELU: Σ (level - zero) weight · x_scale · weight_scale + bias. The sums
/// are exact, so they are the same with every instruction set.
struct Int8Arguments {
  const void* x;                ///< [rows, depth]
  const float* x_scales;        ///< [rows]
  const std::int32_t* x_zeros;  ///< [rows]
  std::int64_t rows;
  std::int64_t depth;  ///< at least the inputs of the layer, filled up with zeros
  const void* packed;
  const float* weight_scales;       ///< [out]
  const std::int32_t* weight_sums;  ///< [out], over the inputs
  const float* bias;                ///< [out]
  float* y;                         ///< [rows, out]
  std::int64_t out;
  bool gelu;
};

/// A linear layer on weights of 8 bits and inputs of 8 bits, which are quantised by row without calibration.
/// Every row of y is the same whatever the number of rows.
struct Int8Kernel {
  std::int64_t panel;  ///< `out` must be a multiple of it
  std::int64_t depth;  ///< the depth must be a multiple of it
  std::int64_t rows;   ///< x must have room for a multiple of it; what lies there is not used
  std::int64_t bytes;  ///< of a quantised input, and of a packed weight
  /// weight [out, in] → packed [out, depth], in the kernel's own order
  void (*pack)(const std::int8_t* weight, std::int64_t out, std::int64_t in, std::int64_t depth,
               void* packed);
  /// x [rows, in] → levels [rows, depth] from 0 to 255: x ≈ scale (level - zero), asymmetric. A row whose
  /// values or range are not finite gets the scale NaN.
  void (*quantize)(const float* x, std::int64_t rows, std::int64_t in, std::int64_t depth, void* levels,
                   float* scales, std::int32_t* zeros);
  /// Computes the panels first_panel .. last_panel-1 of y.
  void (*run)(const Int8Arguments& arguments, std::int64_t first_panel, std::int64_t last_panel);
};

/// y = x Wᵀ + b on bfloat16 inputs and weights with float sums, or its GELU.
struct Bf16Arguments {
  const std::uint16_t* x;  ///< [rows, depth]
  std::int64_t rows;
  std::int64_t depth;  ///< at least the inputs of the layer, filled up with zeros
  const std::uint16_t* packed;
  const float* bias;  ///< [out]
  float* y;           ///< [rows, out]
  std::int64_t out;
  bool gelu;
};

/// A linear layer in bfloat16; every row of y is the same whatever the number of rows.
struct Bf16Kernel {
  std::int64_t panel;  ///< `out` must be a multiple of it
  std::int64_t depth;  ///< the depth must be a multiple of it
  std::int64_t rows;   ///< x must have room for a multiple of it; what lies there is not used
  /// weight [out, in] → packed [out, depth], in the kernel's own order
  void (*pack)(const std::uint16_t* weight, std::int64_t out, std::int64_t in, std::int64_t depth,
               std::uint16_t* packed);
  /// The same from its transpose in float: columns [in, out], for the panels first_panel .. last_panel-1.
  void (*pack_columns)(const float* columns, std::int64_t in, std::int64_t out, std::int64_t depth,
                       std::int64_t first_panel, std::int64_t last_panel, std::uint16_t* packed);
  /// x [rows, in] → [rows, depth], rounded to the nearest, ties to even
  void (*round)(const float* x, std::int64_t rows, std::int64_t in, std::int64_t depth, std::uint16_t* to);
  /// Computes the panels first_panel .. last_panel-1 of y.
  void (*run)(const Bf16Arguments& arguments, std::int64_t first_panel, std::int64_t last_panel);
};

/// Where one head's vectors of one sentence lie: row i of a matrix begins i · row (or out_row) floats after
/// the first.
struct AttentionHead {
  const float* query;
  const float* key;
  const float* value;
  std::int64_t row;
  float* out;
  std::int64_t out_row;
  std::int64_t length;    ///< tokens
  std::int64_t size;      ///< a multiple of `kAttentionBlock`
  const float* bias;      ///< [length, length] on the scores of every query on every key; null: none
  std::int64_t bias_row;  ///< row i begins i · bias_row floats after the first
};

constexpr std::int64_t kAttentionBlock = 16;

/// out = softmax(query · keyᵀ / √size + bias) · value; NaN stays NaN.
struct AttentionKernel {
  /// Floats of working memory for a head.
  std::int64_t (*scratch)(std::int64_t length, std::int64_t size);
  void (*run)(const AttentionHead& head, float* scratch);
};

/// y = (z - mean) / √(variance + epsilon) · weight + bias over each row of z = x + added; NaN for a row whose
/// variance is not finite.
struct NormArguments {
  const float* x;      ///< [rows, size]
  const float* added;  ///< [rows, size]; null: nothing is added
  std::int64_t size;   ///< a multiple of `kNormBlock`
  const float* weight;
  const float* bias;
  float epsilon;
  float* y;  ///< [rows, size]; may be x
};

constexpr std::int64_t kNormBlock = 32;

struct NormKernel {
  /// Computes the rows first .. last-1 of y.
  void (*run)(const NormArguments& arguments, std::int64_t first, std::int64_t last);
};

namespace avx2 {
extern const LinearKernel kLinear;
extern const AttentionKernel kAttention;
extern const NormKernel kNorm;
extern const Int8Kernel kInt8;
}  // namespace avx2

namespace avx_vnni {
extern const Int8Kernel kInt8;
}  // namespace avx_vnni

namespace avx512 {
extern const LinearKernel kLinear;
extern const AttentionKernel kAttention;
extern const NormKernel kNorm;
}  // namespace avx512

namespace avx512_vnni {
extern const Int8Kernel kInt8;
}  // namespace avx512_vnni

namespace amx {
extern const Int8Kernel kInt8;
extern const Bf16Kernel kBf16;
}  // namespace amx

/// The kernels of `amx` with plain loops in place of tile registers; they are part of the tests alone.
namespace emulated_amx {
extern const Int8Kernel kInt8;
extern const Bf16Kernel kBf16;
}  // namespace emulated_amx

namespace avx512_bf16 {
extern const Bf16Kernel kBf16;
}  // namespace avx512_bf16

}  // namespace mtt::nn::x86
