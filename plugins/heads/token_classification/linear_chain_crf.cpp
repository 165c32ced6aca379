#include "linear_chain_crf.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace {

constexpr float kForbidden = -1e4F;

at::Tensor mask_of(const std::vector<std::uint8_t>& allowed, at::IntArrayRef shape) {
  at::Tensor mask = at::zeros(shape, at::kFloat);
  auto* out = mask.mutable_data_ptr<float>();
  for (const std::uint8_t yes : allowed) *out++ = yes ? 0 : kForbidden;
  return mask;
}

void scale_to_one(std::vector<double>& values) {
  const double sum = std::accumulate(values.begin(), values.end(), 0.0);
  if (!(sum > 0)) return values.assign(values.size(), 1.0 / static_cast<double>(values.size()));
  for (double& value : values) value /= sum;
}

}  // namespace

LinearChainCrf::LinearChainCrf(TagRules rules)
    : rules_(std::move(rules)),
      follows_mask_(buffer("follows", mask_of(rules_.follows, {rules_.tags, rules_.tags}))),
      begins_mask_(buffer("begins", mask_of(rules_.begins, {rules_.tags}))),
      transitions_(parameter("transitions", {rules_.tags, rules_.tags})),
      start_(parameter("start", {rules_.tags})),
      end_(parameter("end", {rules_.tags})) {}

at::Tensor LinearChainCrf::allowed_transitions() const { return transitions_ + follows_mask_; }
at::Tensor LinearChainCrf::allowed_start() const { return start_ + begins_mask_; }

at::Tensor LinearChainCrf::negative_log_likelihood(const at::Tensor& emissions, const at::Tensor& tags,
                                                   const std::vector<std::int64_t>& lengths) const {
  const auto count = static_cast<std::int64_t>(lengths.size());
  if (count == 0) return emissions.sum() * 0;
  std::vector<std::int64_t> first(lengths.size());
  std::exclusive_scan(lengths.begin(), lengths.end(), first.begin(), std::int64_t{0});
  std::vector<std::int64_t> order(lengths.size());
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::int64_t a, std::int64_t b) { return lengths[a] > lengths[b]; });
  const std::int64_t longest = lengths[order[0]];

  // step t of all sequences that are longer than t, longest first
  const auto rows_at = [&](std::int64_t t) {
    std::vector<std::int64_t> rows;
    for (const std::int64_t s : order)
      if (lengths[s] > t) rows.push_back(first[s] + t);
    return at::tensor(rows, at::kLong);
  };
  const at::Tensor transitions = allowed_transitions(), start = allowed_start();
  at::Tensor rows = rows_at(0), tag = tags.index_select(0, rows);
  at::Tensor forward = start + emissions.index_select(0, rows);  // [sequences, K]
  at::Tensor gold =
      start.index_select(0, tag).sum() + emissions.index_select(0, rows).gather(1, tag.unsqueeze(1)).sum();
  std::vector<at::Tensor> ended;
  const auto end = [&](std::int64_t from) {
    const std::int64_t size = forward.size(0) - from;
    if (size == 0) return;
    ended.push_back(at::logsumexp(forward.narrow(0, from, size) + end_, at::IntArrayRef{1}));
    gold = gold + end_.index_select(0, tag.narrow(0, from, size)).sum();
  };
  for (std::int64_t t = 1; t < longest; ++t) {
    rows = rows_at(t);
    const std::int64_t left = rows.size(0);
    end(left);
    const at::Tensor now = tags.index_select(0, rows), before = tag.narrow(0, 0, left);
    const at::Tensor emitted = emissions.index_select(0, rows);
    gold = gold + emitted.gather(1, now.unsqueeze(1)).sum() +
           transitions.flatten().index_select(0, before * rules_.tags + now).sum();
    forward =
        at::logsumexp(forward.narrow(0, 0, left).unsqueeze(2) + transitions, at::IntArrayRef{1}) + emitted;
    tag = now;
  }
  end(0);
  return at::cat(ended).sum() - gold;
}

TagSequence LinearChainCrf::decode(const std::vector<const float*>& rows) const {
  TagSequence result;
  if (rows.empty()) return result;
  const auto tags = static_cast<std::size_t>(rules_.tags), length = rows.size();
  const at::Tensor moves = allowed_transitions().contiguous(), starts = allowed_start().contiguous(),
                   ends = end_.contiguous();
  const float* move = moves.const_data_ptr<float>();
  const float* begin = starts.const_data_ptr<float>();
  const float* end = ends.const_data_ptr<float>();

  std::vector<std::vector<std::size_t>> from(length, std::vector<std::size_t>(tags, 0));
  std::vector<double> best(tags), next(tags);
  for (std::size_t k = 0; k < tags; ++k) best[k] = double{begin[k]} + rows[0][k];
  for (std::size_t w = 1; w < length; ++w) {
    for (std::size_t k = 0; k < tags; ++k) {
      std::size_t winner = 0;
      for (std::size_t j = 1; j < tags; ++j)
        if (best[j] + move[j * tags + k] > best[winner] + move[winner * tags + k]) winner = j;
      next[k] = best[winner] + move[winner * tags + k] + rows[w][k];
      from[w][k] = winner;
    }
    best.swap(next);
  }
  for (std::size_t k = 0; k < tags; ++k) best[k] += end[k];
  auto tag = static_cast<std::size_t>(std::max_element(best.begin(), best.end()) - best.begin());
  result.tags.resize(length);
  for (std::size_t w = length; w-- > 0;) {
    result.tags[w] = static_cast<std::int64_t>(tag);
    tag = from[w][tag];
  }

  // forward and backward in probabilities, scaled to sum 1 at every word
  std::vector<double> factor(tags * tags);
  for (std::size_t i = 0; i < factor.size(); ++i) factor[i] = std::exp(double{move[i]});
  std::vector<std::vector<double>> emission(length, std::vector<double>(tags)), forward = emission;
  for (std::size_t w = 0; w < length; ++w) {
    const float highest = *std::max_element(rows[w], rows[w] + tags);
    for (std::size_t k = 0; k < tags; ++k) emission[w][k] = std::exp(double{rows[w][k]} - highest);
    for (std::size_t k = 0; k < tags; ++k) {
      double sum = w == 0 ? std::exp(double{begin[k]}) : 0;
      for (std::size_t j = 0; w > 0 && j < tags; ++j) sum += forward[w - 1][j] * factor[j * tags + k];
      forward[w][k] = sum * emission[w][k];
    }
    scale_to_one(forward[w]);
  }
  std::vector<double> backward(tags), before(tags);
  for (std::size_t k = 0; k < tags; ++k) backward[k] = std::exp(double{end[k]});
  result.probabilities.resize(length);
  for (std::size_t w = length; w-- > 0;) {
    double all = 0;
    for (std::size_t k = 0; k < tags; ++k) all += forward[w][k] * backward[k];
    const auto chosen = static_cast<std::size_t>(result.tags[w]);
    result.probabilities[w] = forward[w][chosen] * backward[chosen] / all;
    if (w == 0) break;
    for (std::size_t j = 0; j < tags; ++j) {
      before[j] = 0;
      for (std::size_t k = 0; k < tags; ++k) before[j] += factor[j * tags + k] * emission[w][k] * backward[k];
    }
    scale_to_one(before);
    backward.swap(before);
  }
  return result;
}
