// Attention of one head over one sentence.
#pragma once

#include <cstdint>

namespace mtt::nn::avx2 {

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

/// Floats of working memory for a head.
std::int64_t attention_scratch(std::int64_t length, std::int64_t size);

/// out = softmax(query · keyᵀ / √size) · value; NaN stays NaN.
void attention(const AttentionHead& head, float* scratch);

}  // namespace mtt::nn::avx2
