// From token vectors to sentence vectors.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "mtt/nn/layers.h"
#include "mtt/tokens.h"

namespace mtt {

/// The poolings of sentence-transformers, under its names.
enum class PoolingMode { cls, max, mean, mean_sqrt_len_tokens, weightedmean, lasttoken };

/// The mode of a name; also takes "mean_sqrt_len". An unknown name throws Error that lists the known ones.
PoolingMode pooling_mode(std::string_view name);

/// Several modes concatenated in their order; with `include_prompt` false the tokens of the prompt do not
/// count.
struct Pooling {
  std::vector<PoolingMode> modes = {PoolingMode::mean};
  bool include_prompt = true;

  bool operator==(const Pooling&) const = default;

  /// tokens [T, H] → [B, H · modes]. A sentence without tokens that count gives zeros.
  at::Tensor forward(const at::Tensor& tokens, const TokenBatch& batch) const;
};

/// Divides each row by its Euclidean length, at least 1e-12. [B, D] → [B, D].
at::Tensor normalized(const at::Tensor& sentences);

}  // namespace mtt
