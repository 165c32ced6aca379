#include "check/samples.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>

#include <limits>

#include "model/parameter_name.h"
#include "mtt/random_stream.h"

namespace mtt {
namespace {

constexpr std::int64_t kFirst = 1, kLast = 2, kWords = 80;
constexpr double kScale = 0.2;

}  // namespace

SampleBatch::SampleBatch(const std::vector<std::int64_t>& words, std::uint64_t seed) {
  RandomStream random(seed, "sample batch", 0);
  std::vector<std::int64_t> ids;
  batch.offsets = {0};
  const auto token = [&](std::int64_t id, bool special, CharSpan chars) {
    ids.push_back(id);
    batch.special.push_back(special);
    batch.first_subword.push_back(!special);
    batch.chars.push_back(chars);
  };
  for (const std::int64_t count : words) {
    std::string text;
    token(kFirst, true, {});
    for (std::int64_t w = 0; w < count; ++w) {
      const auto begin = static_cast<std::int32_t>(text.size() + (text.empty() ? 0 : 1));
      const auto id = static_cast<std::int64_t>(random.next() % kWords) + 3;
      text += (text.empty() ? "w" : " w") + std::to_string(id);
      token(id, false, {begin, static_cast<std::int32_t>(text.size())});
    }
    token(kLast, true, {});
    texts_.push_back(std::move(text));
    batch.offsets.push_back(static_cast<std::int64_t>(ids.size()));
    batch.prompt_lengths.push_back(0);
  }
  for (const std::string& text : texts_) batch.texts.push_back(text);
  batch.ids = at::tensor(ids, at::kLong);
  batch.type_ids = at::tensor(std::vector<std::int64_t>(ids.size(), 0), at::kLong);
}

TokenBatch part_of(const TokenBatch& batch, std::int64_t first, std::int64_t count) {
  const std::int64_t from = batch.offsets[first], to = batch.offsets[first + count];
  TokenBatch part;
  part.ids = batch.ids.narrow(0, from, to - from);
  part.type_ids = batch.type_ids.narrow(0, from, to - from);
  for (std::int64_t s = first; s <= first + count; ++s) part.offsets.push_back(batch.offsets[s] - from);
  part.prompt_lengths.assign(static_cast<std::size_t>(count), 0);
  part.special.assign(batch.special.begin() + from, batch.special.begin() + to);
  part.first_subword.assign(batch.first_subword.begin() + from, batch.first_subword.begin() + to);
  part.chars.assign(batch.chars.begin() + from, batch.chars.begin() + to);
  part.texts.assign(batch.texts.begin() + first, batch.texts.begin() + first + count);
  return part;
}

at::Tensor sample_values(at::IntArrayRef shape, std::uint64_t seed) {
  RandomStream random(seed, "sample values", 0);
  at::Tensor values = at::empty(shape, at::kFloat);
  auto* out = values.mutable_data_ptr<float>();
  for (std::int64_t i = 0; i < values.numel(); ++i) out[i] = static_cast<float>(2 * random.uniform() - 1);
  return values;
}

void sample_weights(nn::Module& module, std::uint64_t seed) {
  const at::NoGradGuard no_grad;
  for (auto& [name, tensor] : module.parameters()) {
    const bool scale = is_norm(name) && !is_bias(name);
    tensor.copy_(sample_values(tensor.sizes(), seed++) * kScale + (scale ? 1 : 0));
  }
}

double distance(const at::Tensor& one, const at::Tensor& other) {
  if (one.sizes() != other.sizes()) return std::numeric_limits<double>::infinity();
  if (one.numel() == 0) return 0;
  const double largest = (one - other).abs().max().item<double>();
  return largest >= 0 ? largest : std::numeric_limits<double>::infinity();
}

}  // namespace mtt
