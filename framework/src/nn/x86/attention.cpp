#include "nn/x86/kernels.h"
#include "nn/x86/vector.h"

namespace mtt::nn::x86::MTT_WIDTH {
namespace {

constexpr float kInfinity = __builtin_inff();
constexpr std::int64_t kBlock = kAttentionBlock;
constexpr std::int64_t kVectors = kBlock / kLanes;  // of a block
// Eight chains of additions hide their latency; fewer queries are left to the end of a sentence.
constexpr int kQueries = 8 / kVectors;
constexpr int kLastQueries = kQueries / 2;

float sum(Floats x) {
  float part[kLanes];
  store(part, x);
  for (std::int64_t half = kLanes / 2; half > 0; half /= 2)
    for (std::int64_t i = 0; i < half; ++i) part[i] += part[i + half];
  return part[0];
}

float largest(Floats x) {
  float part[kLanes];
  store(part, x);
  for (std::int64_t half = kLanes / 2; half > 0; half /= 2)
    for (std::int64_t i = 0; i < half; ++i) part[i] = part[i + half] > part[i] ? part[i + half] : part[i];
  return part[0];
}

std::int64_t padded(std::int64_t length) { return (length + kBlock - 1) / kBlock * kBlock; }

// Keys in blocks of 16 tokens, transposed: [block][size][16]; zeros beyond the last token.
void pack_keys(const AttentionHead& head, float* keys) {
  for (std::int64_t first = 0; first < head.length; first += kBlock, keys += head.size * kBlock) {
    const std::int64_t here = head.length - first < kBlock ? head.length - first : kBlock;
    const float* from = head.key + first * head.row;
    std::int64_t t = 0;
    for (; t + 4 <= here; t += 4)
      for (std::int64_t d = 0; d < head.size; d += 4)
        transpose(from + t * head.row + d, head.row, keys + d * kBlock + t, kBlock);
    for (; t < kBlock; ++t)
      for (std::int64_t d = 0; d < head.size; ++d)
        keys[d * kBlock + t] = t < here ? from[t * head.row + d] : 0;
  }
}

// Values in blocks of 16 columns: [block][length][16].
void pack_values(const AttentionHead& head, float* values) {
  for (std::int64_t column = 0; column < head.size; column += kBlock)
    for (std::int64_t t = 0; t < head.length; ++t, values += kBlock)
      for (std::int64_t v = 0; v < kBlock; v += kLanes)
        store(values + v, load(head.value + t * head.row + column + v));
}

// Scores of some queries against all keys, and their largest.
template <int count>
void score(const float* const* queries, const float* keys, std::int64_t length, std::int64_t size,
           float* scores, float* largest_scores) {
  const std::int64_t width = padded(length);
  Floats top[count];
  for (auto& x : top) x = all(-kInfinity);
  for (std::int64_t t = 0; t < length; t += kBlock) {
    Floats a[count][kVectors] = {};
    for (std::int64_t d = 0; d < size; ++d, keys += kBlock)
#pragma GCC unroll 2
      for (int v = 0; v < kVectors; ++v) {
        const Floats key = load(keys + v * kLanes);
#pragma GCC unroll 8
        for (int q = 0; q < count; ++q) a[q][v] += queries[q][d] * key;
      }
    for (std::int64_t beyond = length - t; beyond < kBlock; ++beyond)
      for (auto& x : a) x[beyond / kLanes][beyond % kLanes] = -kInfinity;
    for (int q = 0; q < count; ++q)
      for (int v = 0; v < kVectors; ++v) {
        store(scores + q * width + t + v * kLanes, a[q][v]);
        top[q] = a[q][v] > top[q] ? a[q][v] : top[q];
      }
  }
  for (int q = 0; q < count; ++q) largest_scores[q] = largest(top[q]);
}

// Scores of one query get their bias, which is not yet multiplied by the scale; returns the largest.
float add_bias(const float* bias, std::int64_t length, float inverse_scale, float* scores) {
  float top = -kInfinity;
  for (std::int64_t t = 0; t < length; ++t) {
    scores[t] += bias[t] * inverse_scale;
    top = scores[t] > top ? scores[t] : top;
  }
  return top;
}

// Scores become e^(scale (score - largest)); returns one over their sum.
float exponentiate(float* scores, std::int64_t width, float largest_score, float scale) {
  Floats total = {};
  for (std::int64_t t = 0; t < width; t += kLanes) {
    const Floats e = exp_of_negative((load(scores + t) - largest_score) * scale);
    store(scores + t, e);
    total += e;
  }
  return 1.0F / sum(total);
}

// One block of 16 columns of probabilities · values for some queries, of which the first `here` are stored.
template <int count>
void mix(const float* scores, const float* inverse_sums, const float* values, std::int64_t length, float* out,
         std::int64_t out_row, std::int64_t here) {
  const std::int64_t width = padded(length);
  Floats a[count][kVectors] = {};
  for (std::int64_t t = 0; t < length; ++t, values += kBlock)
#pragma GCC unroll 2
    for (int v = 0; v < kVectors; ++v) {
      const Floats value = load(values + v * kLanes);
#pragma GCC unroll 8
      for (int q = 0; q < count; ++q) a[q][v] += scores[q * width + t] * value;
    }
  for (std::int64_t q = 0; q < here; ++q)
    for (int v = 0; v < kVectors; ++v) store(out + q * out_row + v * kLanes, a[q][v] * inverse_sums[q]);
}

struct Scratch {
  float* keys;
  float* values;
  float* scores;
};

// `count` queries from `first` on, of which the sentence may have fewer.
template <int count>
void answer(const AttentionHead& head, const Scratch& scratch, std::int64_t first) {
  const std::int64_t here = head.length - first < count ? head.length - first : count;
  const std::int64_t width = padded(head.length);
  const float scale = 1.0F / __builtin_sqrtf(static_cast<float>(head.size));
  const float* queries[count];
  for (std::int64_t q = 0; q < count; ++q) queries[q] = head.query + (first + (q < here ? q : 0)) * head.row;
  float largest_scores[count], inverse_sums[count];
  score<count>(queries, scratch.keys, head.length, head.size, scratch.scores, largest_scores);
  for (std::int64_t q = 0; head.bias && q < here; ++q)
    largest_scores[q] =
        add_bias(head.bias + (first + q) * head.bias_row, head.length, 1 / scale, scratch.scores + q * width);
  for (std::int64_t q = 0; q < count; ++q)
    inverse_sums[q] = exponentiate(scratch.scores + q * width, width, largest_scores[q], scale);
  for (std::int64_t column = 0; column < head.size; column += kBlock)
    mix<count>(scratch.scores, inverse_sums, scratch.values + column * head.length, head.length,
               head.out + first * head.out_row + column, head.out_row, here);
}

std::int64_t scratch_floats(std::int64_t length, std::int64_t size) {
  return 2 * padded(length) * size + kQueries * padded(length);
}

void run(const AttentionHead& head, float* memory) {
  const std::int64_t width = padded(head.length);
  const std::int64_t all_keys = width * head.size;
  const Scratch scratch = {.keys = memory, .values = memory + all_keys, .scores = memory + 2 * all_keys};
  pack_keys(head, scratch.keys);
  pack_values(head, scratch.values);
  std::int64_t first = 0;
  for (; head.length - first > kLastQueries; first += kQueries) answer<kQueries>(head, scratch, first);
  if (first < head.length) answer<kLastQueries>(head, scratch, first);
}

}  // namespace

const AttentionKernel kAttention = {.scratch = scratch_floats, .run = run};

}  // namespace mtt::nn::x86::MTT_WIDTH
