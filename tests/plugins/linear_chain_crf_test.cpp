#include <ATen/TensorOperators.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>
#include <functional>
#include <map>

#include "catch.h"
#include "heads.h"

using mtt::Value;

namespace {

/// Sentences of one-token words: 4, 1 and 3 of them, between special tokens.
mtt::PackedBatch sentences() {
  mtt::PackedBatch batch;
  batch.offsets = {0, 6, 9, 14};
  batch.prompt_lengths = {0, 0, 0};
  batch.word = at::tensor({-1, 0, 1, 2, 3, -1, -1, 0, -1, -1, 0, 1, 2, -1}, at::kLong);
  batch.chars = {{0, 0}, {0, 1}, {2, 3}, {4, 5}, {6, 7}, {0, 0}, {0, 0},
                 {0, 1}, {0, 0}, {0, 0}, {0, 1}, {2, 3}, {4, 5}, {0, 0}};
  batch.texts = {"a b c d", "e", "f g h"};
  return batch;
}

Value span(int start, int end, const char* label) {
  return Value::Table{{"start", start}, {"end", end}, {"label", label}};
}

/// a b[x c[x d   e[x   f[y g[y h[y : tags of two labels x (1, 2) and y (3, 4)
const std::vector<Value> kSpans = {Value::Array{span(2, 5, "x")}, Value::Array{span(0, 1, "x")},
                                   Value::Array{span(0, 3, "y"), span(4, 5, "y")}};
const std::vector<std::vector<std::int64_t>> kGold = {{0, 1, 2, 0}, {1}, {3, 4, 3}};
const std::vector<std::vector<std::int64_t>> kRows = {{1, 2, 3, 4}, {7}, {10, 11, 12}};
constexpr std::int64_t kTags = 5;

bool may_follow(std::int64_t before, std::int64_t tag) {
  return tag == 0 || tag % 2 == 1 || before == tag || before == tag - 1;
}

struct Crf {
  std::unique_ptr<mtt::Head> head = make("token_classification", {{"crf", true}});
  at::Tensor logits = drawn({14, kTags}, 77, 2);

  mtt::PackedBatch batch = sentences();

  Crf() {
    head->learn_labels(kSpans);
    head->build(kTags);
    give_weights(*head, 1);
    parameter(*head, "classifier.weight").copy_(at::eye(kTags));  // features are logits
    parameter(*head, "classifier.bias").zero_();
  }
  at::Tensor loss(const at::Tensor& targets) const {
    return head->loss({.batch = batch, .tokens = logits}, targets);
  }
  double score(std::size_t sentence, const std::vector<std::int64_t>& tags) const {
    const at::Tensor transitions = parameter(*head, "crf.transitions");
    double sum = number(parameter(*head, "crf.start")[tags.front()]) +
                 number(parameter(*head, "crf.end")[tags.back()]);
    for (std::size_t w = 0; w < tags.size(); ++w) {
      sum += number(logits[kRows[sentence][w]][tags[w]]);
      if (w > 0) sum += number(transitions[tags[w - 1]][tags[w]]);
    }
    return sum;
  }
  /// All sequences that the rules allow, with their scores.
  std::vector<std::pair<std::vector<std::int64_t>, double>> all(std::size_t sentence) const {
    std::vector<std::pair<std::vector<std::int64_t>, double>> result;
    std::vector<std::int64_t> tags(kRows[sentence].size());
    const std::function<void(std::size_t)> extend = [&](std::size_t w) {
      if (w == tags.size()) {
        result.emplace_back(tags, score(sentence, tags));
        return;
      }
      for (std::int64_t tag = 0; tag < kTags; ++tag) {
        if (!may_follow(w == 0 ? 0 : tags[w - 1], tag)) continue;
        tags[w] = tag;
        extend(w + 1);
      }
    };
    extend(0);
    return result;
  }
  double log_partition(std::size_t sentence) const {
    double sum = 0;
    for (const auto& [tags, score] : all(sentence)) sum += std::exp(score);
    return std::log(sum);
  }
};

}  // namespace

TEST_CASE("a CRF's loss is that of all valid sequences, counted one by one") {
  const Crf crf;
  const mtt::PackedBatch batch = sentences();
  double expected = 0;
  for (std::size_t s = 0; s < 3; ++s) expected += crf.log_partition(s) - crf.score(s, kGold[s]);
  const at::Tensor targets = crf.head->prepare(kSpans, batch, {});
  CHECK(crf.head->count(targets) == 8);
  CHECK(number(crf.loss(targets)) == Approx(expected).epsilon(1e-5));

  const std::vector<Value> partial = {kSpans[0], Value(), kSpans[2]};
  expected = 0;
  for (const std::size_t s : {0, 2}) expected += crf.log_partition(s) - crf.score(s, kGold[s]);
  const at::Tensor known = crf.head->prepare(partial, batch, {});
  CHECK(crf.head->count(known) == 7);
  CHECK(number(crf.loss(known)) == Approx(expected).epsilon(1e-5));

  const at::Tensor none = crf.head->prepare({Value(), Value(), Value()}, batch, {});
  CHECK(crf.head->count(none) == 0);
  CHECK(number(crf.loss(none)) == 0);
}

TEST_CASE("a CRF's masks are buffers, which are converted with its parameters") {
  Crf crf;
  std::map<std::string, at::Tensor> masks;
  for (const auto& [name, tensor] : crf.head->buffers()) masks[name] = tensor;
  REQUIRE(masks.size() == 2);
  const at::Tensor follows = masks.at("crf.follows"), begins = masks.at("crf.begins");
  for (std::int64_t before = 0; before < kTags; ++before)
    for (std::int64_t tag = 0; tag < kTags; ++tag)
      CHECK((number(follows[before][tag]) == 0) == may_follow(before, tag));
  for (std::int64_t tag = 0; tag < kTags; ++tag)
    CHECK((number(begins[tag]) == 0) == may_follow(0, tag));  // a sequence begins as behind O

  const at::Tensor targets = crf.head->prepare(kSpans, crf.batch, {});
  const double single = number(crf.loss(targets));
  crf.head->to({.dtype = at::kDouble});
  CHECK(follows.scalar_type() == at::kDouble);
  crf.logits = crf.logits.to(at::kDouble);
  const at::Tensor loss = crf.loss(targets);
  CHECK(loss.scalar_type() == at::kDouble);
  CHECK(number(loss) == Approx(single).epsilon(1e-6));
}

TEST_CASE("a CRF decodes the best valid sequence, with its marginal probabilities") {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6, 7, 8}) {
    Crf crf;
    crf.logits = drawn({14, kTags}, seed, 3);
    const mtt::PackedBatch batch = sentences();
    const auto predictions = crf.head->decode(crf.logits, batch, {});
    for (std::size_t s = 0; s < 3; ++s) {
      const auto sequences = crf.all(s);
      const auto best = *std::max_element(sequences.begin(), sequences.end(),
                                          [](const auto& a, const auto& b) { return a.second < b.second; });
      const double partition = crf.log_partition(s);
      std::vector<double> marginals(best.first.size(), 0.0);
      for (const auto& [tags, score] : sequences)
        for (std::size_t w = 0; w < tags.size(); ++w)
          if (tags[w] == best.first[w]) marginals[w] += std::exp(score - partition);

      const auto& entities = predictions[s].at("entities").array();
      std::size_t e = 0;
      for (std::size_t w = 0; w < best.first.size();) {
        std::size_t last = w + 1;
        if (best.first[w] > 0) {
          while (last < best.first.size() && best.first[last] > 0 && best.first[last] % 2 == 0) ++last;
          REQUIRE(e < entities.size());
          CHECK(entities[e].at("start").integer() == static_cast<std::int64_t>(2 * w));
          CHECK(entities[e].at("end").integer() == static_cast<std::int64_t>(2 * last - 1));
          double mean = 0;
          for (std::size_t i = w; i < last; ++i) mean += marginals[i] / static_cast<double>(last - w);
          CHECK(entities[e].at("score").number() == Approx(mean).epsilon(1e-5));
          ++e;
        }
        w = last;
      }
      CHECK(e == entities.size());
    }
  }
}

TEST_CASE("a CRF's gradient on its transitions is what finite differences say") {
  Crf crf;
  const mtt::PackedBatch batch = sentences();
  const at::Tensor targets = crf.head->prepare(kSpans, batch, {});
  for (const char* name : {"crf.transitions", "crf.start", "crf.end"}) {
    at::Tensor weights = parameter(*crf.head, name);
    weights.set_requires_grad(true);
    const at::Tensor gradient = torch::autograd::grad({crf.loss(targets)}, {weights})[0].flatten();
    weights.set_requires_grad(false);
    at::Tensor flat = weights.flatten();
    for (const std::int64_t i : {std::int64_t{0}, std::int64_t{1}, flat.size(0) - 2}) {
      const float before = flat[i].item<float>();
      flat[i] = before + 1e-2F;
      const double above = number(crf.loss(targets));
      flat[i] = before - 1e-2F;
      const double below = number(crf.loss(targets));
      flat[i] = before;
      INFO(name << " " << i);
      CHECK(number(gradient[i]) == Approx((above - below) / 2e-2).margin(2e-3));
    }
  }
}

TEST_CASE("a CRF excludes what has no meaning with it") {
  CHECK_THROWS_WITH(make("token_classification", {{"crf", true}, {"label_smoothing", 0.1}}),
                    Contains("label_smoothing") && Contains("crf"));
  CHECK_THROWS_WITH(
      make("token_classification", {{"crf", true}, {"class_weights", Value::Table{{"O", 0.1}}}}),
      Contains("class_weights") && Contains("crf"));
}
