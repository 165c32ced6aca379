#include "nn/x86/kernels.h"
#include "nn/x86/vector.h"

namespace mtt::nn::x86::MTT_WIDTH {
namespace {

constexpr float kInfinity = __builtin_inff();
constexpr int kChains = kNormBlock / kLanes;

float sum(const Floats* parts) {
  Floats total = parts[0];
  for (int c = 1; c < kChains; ++c) total += parts[c];
  float part[kLanes];
  store(part, total);
  for (std::int64_t half = kLanes / 2; half > 0; half /= 2)
    for (std::int64_t i = 0; i < half; ++i) part[i] += part[i + half];
  return part[0];
}

float sum_centred(const float* x, std::int64_t size, float mean) {
  Floats sums[kChains] = {};
  for (std::int64_t i = 0; i < size; i += kNormBlock)
#pragma GCC unroll 4
    for (int c = 0; c < kChains; ++c) sums[c] += load(x + i + c * kLanes) - mean;
  return sum(sums);
}

float sum_squares(const float* x, std::int64_t size, float mean) {
  Floats sums[kChains] = {};
  for (std::int64_t i = 0; i < size; i += kNormBlock)
#pragma GCC unroll 4
    for (int c = 0; c < kChains; ++c) {
      const Floats centred = load(x + i + c * kLanes) - mean;
      sums[c] += centred * centred;
    }
  return sum(sums);
}

void normalise(const NormArguments& a, const float* x, const float* added, float* y) {
  Floats sums[kChains] = {};
  for (std::int64_t i = 0; i < a.size; i += kNormBlock)
#pragma GCC unroll 4
    for (int c = 0; c < kChains; ++c) {
      const std::int64_t at = i + c * kLanes;
      const Floats value = added ? load(x + at) + load(added + at) : load(x + at);
      store(y + at, value);
      sums[c] += value;
    }
  const float count = static_cast<float>(a.size);
  const float near = sum(sums) / count;
  const float mean = near + sum_centred(y, a.size, near) / count;  // exact for equal values
  const float variance = sum_squares(y, a.size, mean) / count;
  const float scale =
      variance < kInfinity ? 1.0F / __builtin_sqrtf(variance + a.epsilon) : __builtin_nanf("");
  for (std::int64_t i = 0; i < a.size; i += kLanes)
    store(y + i, (load(y + i) - mean) * scale * load(a.weight + i) + load(a.bias + i));
}

void run(const NormArguments& a, std::int64_t first, std::int64_t last) {
  for (std::int64_t row = first; row < last; ++row) {
    const std::int64_t at = row * a.size;
    normalise(a, a.x + at, a.added ? a.added + at : nullptr, a.y + at);
  }
}

}  // namespace

const NormKernel kNorm = {.run = run};

}  // namespace mtt::nn::x86::MTT_WIDTH
