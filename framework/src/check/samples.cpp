#include "check/samples.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

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
  std::vector<std::int64_t> ids, positions, rows, texts, numbers;
  for (std::size_t b = 0; b < words.size(); ++b) {
    std::string text;
    std::int64_t position = 0;
    const auto token = [&](std::int64_t id, std::int64_t word, CharSpan chars) {
      ids.push_back(id);
      positions.push_back(position++);
      rows.push_back(static_cast<std::int64_t>(b));
      texts.push_back(word < 0 ? -1 : 0);
      numbers.push_back(word);
      batch.chars.push_back(chars);
    };
    token(kFirst, -1, {});
    for (std::int64_t w = 0; w < words[b]; ++w) {
      const auto begin = static_cast<std::int32_t>(text.size() + (text.empty() ? 0 : 1));
      const auto id = static_cast<std::int64_t>(random.next() % kWords) + 3;
      text += (text.empty() ? "w" : " w") + std::to_string(id);
      token(id, w, {begin, static_cast<std::int32_t>(text.size())});
    }
    token(kLast, -1, {});
    texts_.push_back(std::move(text));
    batch.offsets.push_back(static_cast<std::int64_t>(ids.size()));
    batch.prompt_lengths.push_back(0);
  }
  for (const std::string& text : texts_) batch.texts.push_back(text);
  batch.ids = at::tensor(ids, at::kLong);
  batch.type_ids = at::zeros_like(batch.ids);
  batch.positions = at::tensor(positions, at::kLong);
  batch.row = at::tensor(rows, at::kLong);
  batch.text = at::tensor(texts, at::kLong);
  batch.word = at::tensor(numbers, at::kLong);
  batch.starts = at::tensor(batch.offsets, at::kLong);
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
