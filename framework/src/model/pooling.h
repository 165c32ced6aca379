// From token vectors to sentence vectors.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "mtt/nn/layers.h"
#include "mtt/packed_batch.h"

namespace mtt {

/// The poolings of sentence-transformers, under its names.
enum class PoolingMode { cls, max, mean, mean_sqrt_len_tokens, weightedmean, lasttoken };

/// What sentence-transformers calls a pooling, in the order in which the flags of its old dialect
/// concatenate.
struct PoolingName {
  PoolingMode mode;
  std::string_view name, flag;
};
inline constexpr std::array<PoolingName, 6> kPoolingNames = {{
    {PoolingMode::cls, "cls", "pooling_mode_cls_token"},
    {PoolingMode::max, "max", "pooling_mode_max_tokens"},
    {PoolingMode::mean, "mean", "pooling_mode_mean_tokens"},
    {PoolingMode::mean_sqrt_len_tokens, "mean_sqrt_len_tokens", "pooling_mode_mean_sqrt_len_tokens"},
    {PoolingMode::weightedmean, "weightedmean", "pooling_mode_weightedmean_tokens"},
    {PoolingMode::lasttoken, "lasttoken", "pooling_mode_lasttoken"},
}};

/// The mode of a name; also takes "mean_sqrt_len". An unknown name throws Error that lists the known ones.
PoolingMode pooling_mode(std::string_view name);

/// Several modes concatenated in their order; with `include_prompt` false the tokens of the prompt do not
/// count.
struct Pooling {
  std::vector<PoolingMode> modes = {PoolingMode::mean};
  bool include_prompt = true;

  bool operator==(const Pooling&) const = default;

  /// tokens [T, H] → [B, H · modes]. A sentence without tokens that count gives zeros.
  at::Tensor forward(const at::Tensor& tokens, const PackedBatch& batch) const;
};

/// Divides each row by its Euclidean length, at least 1e-12. [B, D] → [B, D].
at::Tensor normalized(const at::Tensor& sentences);

}  // namespace mtt
