// Attention of one head over one sentence, for processors with AVX2 and FMA.
#pragma once

#include <cstdint>

namespace mtt::nn {

/// Where one head's vectors of one sentence lie: row i of a matrix begins i · row (or out_row) floats after
/// the first.
struct AttentionHead {
  const float* query;
  const float* key;
  const float* value;
  std::int64_t row;
  float* out;
  std::int64_t out_row;
  std::int64_t length;  ///< tokens
  std::int64_t size;    ///< a multiple of `kAttentionBlock`
};

constexpr std::int64_t kAttentionBlock = 16;

/// Whether this processor can run `attention_avx2`.
bool has_attention_avx2();

/// Floats of working memory for a head.
std::int64_t attention_avx2_scratch(std::int64_t length, std::int64_t size);

/// out = softmax(query · keyᵀ / √size) · value; NaN stays NaN.
void attention_avx2(const AttentionHead& head, float* scratch);

}  // namespace mtt::nn
