#include "nn/avx2/attention.h"

#include "nn/avx2/vector.h"

namespace mtt::nn::avx2 {
namespace {

constexpr float kInfinity = __builtin_inff();
constexpr std::int64_t kBlock = kAttentionBlock;
constexpr std::int64_t kQueries = 4;  // 4 queries x 2 vectors: eight chains of additions hide their latency

inline float sum(Floats x) { return ((x[0] + x[4]) + (x[2] + x[6])) + ((x[1] + x[5]) + (x[3] + x[7])); }

inline float largest(Floats x) {
  float result = x[0];
  for (int i = 1; i < kLanes; ++i) result = x[i] > result ? x[i] : result;
  return result;
}

std::int64_t padded(std::int64_t length) { return (length + kBlock - 1) / kBlock * kBlock; }

// Keys in blocks of 16 tokens, transposed: [block][size][16]; zeros beyond the last token.
void pack_keys(const AttentionHead& head, float* keys) {
  for (std::int64_t first = 0; first < head.length; first += kBlock, keys += head.size * kBlock) {
    const std::int64_t here = head.length - first < kBlock ? head.length - first : kBlock;
    for (std::int64_t t = 0; t < here; ++t)
      for (std::int64_t d = 0; d < head.size; ++d)
        keys[d * kBlock + t] = head.key[(first + t) * head.row + d];
    for (std::int64_t t = here; t < kBlock; ++t)
      for (std::int64_t d = 0; d < head.size; ++d) keys[d * kBlock + t] = 0;
  }
}

// Values in blocks of 16 columns: [block][length][16].
void pack_values(const AttentionHead& head, float* values) {
  for (std::int64_t column = 0; column < head.size; column += kBlock)
    for (std::int64_t t = 0; t < head.length; ++t, values += kBlock) {
      const float* from = head.value + t * head.row + column;
      store(values, load(from));
      store(values + kLanes, load(from + kLanes));
    }
}

// Scores of four queries against all keys, and their largest.
void score(const float* queries, const float* keys, std::int64_t length, std::int64_t size, float* scores,
           float* largest_scores) {
  const std::int64_t width = padded(length);
  Floats top[kQueries];
  for (auto& x : top) x = all(-kInfinity);
  for (std::int64_t t = 0; t < length; t += kBlock) {
    Floats a[kQueries][2] = {};
    const float* query = queries;
    for (std::int64_t d = 0; d < size; ++d, keys += kBlock, query += kQueries) {
      const Floats low = load(keys), high = load(keys + kLanes);
      for (int q = 0; q < kQueries; ++q) {
        a[q][0] += query[q] * low;
        a[q][1] += query[q] * high;
      }
    }
    for (std::int64_t beyond = length - t; beyond < kBlock; ++beyond)
      for (auto& x : a) x[beyond / kLanes][beyond % kLanes] = -kInfinity;
    for (int q = 0; q < kQueries; ++q) {
      store(scores + q * width + t, a[q][0]);
      store(scores + q * width + t + kLanes, a[q][1]);
      const Floats larger = a[q][0] > a[q][1] ? a[q][0] : a[q][1];
      top[q] = larger > top[q] ? larger : top[q];
    }
  }
  for (int q = 0; q < kQueries; ++q) largest_scores[q] = largest(top[q]);
}

// Scores become e^(score - largest); returns one over their sum.
float exponentiate(float* scores, std::int64_t length, float largest_score) {
  Floats total = {};
  for (std::int64_t t = 0; t < length; t += kLanes) {
    const Floats e = exp_of_negative(load(scores + t) - largest_score);
    store(scores + t, e);
    total += e;
  }
  return 1.0F / sum(total);
}

// One block of 16 columns of probabilities · values for four queries, of which the first `count` are stored.
void mix(const float* scores, const float* inverse_sums, const float* values, std::int64_t length, float* out,
         std::int64_t out_row, std::int64_t count) {
  const std::int64_t width = padded(length);
  Floats a[kQueries][2] = {};
  for (std::int64_t t = 0; t < length; ++t, values += kBlock) {
    const Floats low = load(values), high = load(values + kLanes);
    for (int q = 0; q < kQueries; ++q) {
      a[q][0] += scores[q * width + t] * low;
      a[q][1] += scores[q * width + t] * high;
    }
  }
  for (std::int64_t q = 0; q < count; ++q) {
    store(out + q * out_row, a[q][0] * inverse_sums[q]);
    store(out + q * out_row + kLanes, a[q][1] * inverse_sums[q]);
  }
}

}  // namespace

std::int64_t attention_scratch(std::int64_t length, std::int64_t size) {
  return 2 * padded(length) * size + kQueries * (padded(length) + size);
}

void attention(const AttentionHead& head, float* scratch) {
  const std::int64_t width = padded(head.length);
  float* keys = scratch;
  float* values = keys + width * head.size;
  float* scores = values + width * head.size;
  float* queries = scores + kQueries * width;
  const float scale = 1.0F / __builtin_sqrtf(static_cast<float>(head.size));
  pack_keys(head, keys);
  pack_values(head, values);

  for (std::int64_t first = 0; first < head.length; first += kQueries) {
    const std::int64_t count = head.length - first < kQueries ? head.length - first : kQueries;
    for (std::int64_t q = 0; q < kQueries; ++q) {
      const float* query = head.query + (first + (q < count ? q : 0)) * head.row;
      for (std::int64_t d = 0; d < head.size; ++d) queries[d * kQueries + q] = query[d] * scale;
    }
    float largest_scores[kQueries], inverse_sums[kQueries] = {};
    score(queries, keys, head.length, head.size, scores, largest_scores);
    for (std::int64_t q = 0; q < kQueries; ++q)
      inverse_sums[q] = exponentiate(scores + q * width, width, largest_scores[q]);
    for (std::int64_t column = 0; column < head.size; column += kBlock)
      mix(scores, inverse_sums, values + column * head.length, head.length,
          head.out + first * head.out_row + column, head.out_row, count);
  }
}

}  // namespace mtt::nn::avx2
