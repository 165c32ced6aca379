#include <ATen/TensorOperators.h>
#include <ATen/ops/empty_like.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "mtt/nn/layers.h"
#include "mtt/random_stream.h"

namespace mtt::nn {
namespace {

constexpr std::int64_t kDrawsPerWord = 4;
constexpr double kDrawRange = 65536;

/// The numbers of `count` rows in the batch of the whole step, and how many rows that has; null: the rows are
/// all of them.
std::pair<const std::vector<std::int64_t>*, std::int64_t> rows_of(const DrawRows* rows, std::int64_t count) {
  const auto has = [&](const std::vector<std::int64_t>& list) {
    return static_cast<std::int64_t>(list.size()) == count;
  };
  if (rows && has(rows->tokens)) return {&rows->tokens, rows->all_tokens};
  if (rows && has(rows->inputs)) return {&rows->inputs, rows->all_inputs};
  return {nullptr, count};
}

}  // namespace

at::Tensor Dropout::forward(const at::Tensor& x) const {
  if (!training() || probability_ <= 0) return x;
  const auto dropped = static_cast<std::uint64_t>(std::lround(probability_ * kDrawRange));
  const auto scale =
      static_cast<float>(kDrawRange / std::max(kDrawRange - static_cast<double>(dropped), 1.0));
  const at::Tensor mask = at::empty_like(x, x.options().requires_grad(false));
  auto* out = mask.mutable_data_ptr<float>();
  const std::int64_t count = x.size(0), width = count > 0 ? mask.numel() / count : 0;
  const auto [rows, all] = rows_of(rows_.get(), count);
  const std::uint64_t first = state_;
  const auto draw = [&](std::int64_t word) {
    return splitmix64(first + (static_cast<std::uint64_t>(word) + 1) * kSplitmixStep);
  };
  for (std::int64_t r = 0; r < count; ++r) {
    std::int64_t i = (rows ? (*rows)[r] : r) * width;
    for (const std::int64_t end = i + width; i < end;) {
      const std::uint64_t word = draw(i / kDrawsPerWord);
      for (std::int64_t k = i % kDrawsPerWord; k < kDrawsPerWord && i < end; ++k, ++i)
        *out++ = ((word >> (16 * k)) & 0xffff) < dropped ? 0.0F : scale;
    }
  }
  const std::int64_t words = (all * width + kDrawsPerWord - 1) / kDrawsPerWord;
  state_ += static_cast<std::uint64_t>(words) * kSplitmixStep;
  return x * mask;
}

}  // namespace mtt::nn
