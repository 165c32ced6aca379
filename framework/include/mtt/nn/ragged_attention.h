// Attention over packed sentences.
#pragma once

#include <ATen/core/Tensor.h>

#include "mtt/packed_batch.h"

namespace mtt::nn {

/// Scaled dot-product attention (Vaswani et al. 2017) within each sentence of a packed batch.
/// `qkv` is [T, 3·H], query, key and value concatenated, H = heads · head size; the result is [T, H].
/// Neighbouring sentences of equal length are computed together, so a batch sorted by length is fast.
/// A `bias` [heads, L, L], L at least the longest length, is added to the scores of every sentence: for a
/// sentence of n tokens, its first n rows and columns. It may require a gradient.
MTT_API at::Tensor ragged_attention(const at::Tensor& qkv, const PackedBatch& batch, std::int64_t heads,
                                    const at::Tensor& bias = {});

}  // namespace mtt::nn
