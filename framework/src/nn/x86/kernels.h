// Linear layers on packed weights, and attention of one head over one sentence.
//
// Each kernel is compiled for AVX2 and for AVX-512 and called only where the processor has what it needs. The
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
  /// Computes the panels first_panel .. last_panel-1 of y.
  void (*run)(const LinearArguments& arguments, std::int64_t first_panel, std::int64_t last_panel);
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

namespace avx2 {
extern const LinearKernel kLinear;
extern const AttentionKernel kAttention;
}  // namespace avx2

namespace avx512 {
extern const LinearKernel kLinear;
extern const AttentionKernel kAttention;
}  // namespace avx512

}  // namespace mtt::nn::x86
