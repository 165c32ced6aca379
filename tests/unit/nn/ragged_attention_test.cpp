#include "mtt/nn/ragged_attention.h"

#include <ATen/ATen.h>

#include <array>
#include <cmath>

#include "catch.h"

namespace {

mtt::PackedBatch batch_of(const std::vector<std::int64_t>& lengths) {
  mtt::PackedBatch batch;
  batch.offsets = {0};
  for (const auto length : lengths) batch.offsets.push_back(batch.offsets.back() + length);
  return batch;
}

/// softmax(Q Kᵀ / √d + bias) V in double precision, one sentence and one head at a time.
at::Tensor by_definition(const at::Tensor& qkv, const mtt::PackedBatch& batch, std::int64_t heads,
                         const at::Tensor& bias = {}) {
  const at::Tensor x = qkv.to(at::kDouble);
  const std::int64_t hidden = qkv.size(1) / 3, size = hidden / heads;
  at::Tensor result = at::zeros({qkv.size(0), hidden}, at::kDouble);
  for (std::int64_t s = 0; s < batch.size(); ++s) {
    const at::Tensor rows = x.narrow(0, batch.offsets[s], batch.length(s));
    for (std::int64_t h = 0; h < heads; ++h) {
      const auto part = [&](std::int64_t which) { return rows.narrow(1, which * hidden + h * size, size); };
      at::Tensor scores = part(0).matmul(part(1).t()) / std::sqrt(double(size));
      if (bias.defined()) scores = scores + bias[h].narrow(0, 0, rows.size(0)).narrow(1, 0, rows.size(0));
      const at::Tensor weights = at::softmax(scores, 1);
      result.narrow(0, batch.offsets[s], batch.length(s)).narrow(1, h * size, size) = weights.matmul(part(2));
    }
  }
  return result;
}

double difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.to(at::kDouble) - b.to(at::kDouble)).abs().max().item<double>();
}

}  // namespace

TEST_CASE("attention by its definition, for head sizes with and without a kernel, with and without a graph") {
  at::manual_seed(2);
  const auto batch = batch_of({300, 65, 64, 33, 33, 17, 16, 15, 8, 7, 5, 4, 3, 2, 2, 1, 0, 1});
  for (const std::int64_t size : {4, 16, 32, 48, 64, 80}) {
    for (const double spread : {0.1, 1.0, 30.0}) {
      INFO("head size " << size << ", spread " << spread);
      const at::Tensor qkv = at::randn({batch.tokens(), 3 * 2 * size}) * spread;
      const at::Tensor expected = by_definition(qkv, batch, 2);
      const double bound = spread > 1 ? 0.1 : 2e-5;  // scores in the thousands have float errors of 1e-3
      CHECK(difference(mtt::nn::ragged_attention(qkv, batch, 2), expected) < bound);
      const at::Tensor leaf = qkv.clone().set_requires_grad(true);
      const at::Tensor with_graph = mtt::nn::ragged_attention(leaf, batch, 2);
      CHECK(with_graph.requires_grad());
      CHECK(difference(with_graph.detach(), expected) < bound);

      const at::Tensor bias = at::randn({301, 301, 2}).permute({2, 0, 1});
      for (const at::Tensor& laid : {bias, bias.contiguous(), bias.contiguous()[0].expand({2, 301, 301})}) {
        const at::Tensor biased = by_definition(qkv, batch, 2, laid);
        CHECK(difference(mtt::nn::ragged_attention(qkv, batch, 2, laid), biased) < bound);
        CHECK(difference(mtt::nn::ragged_attention(leaf, batch, 2, laid).detach(), biased) < bound);
      }
    }
  }
}

TEST_CASE("a sentence gets the same values alone and among others") {
  at::manual_seed(3);
  const auto batch = batch_of({40, 9, 9, 2});
  const at::Tensor qkv = at::randn({60, 3 * 64});
  const at::Tensor together = mtt::nn::ragged_attention(qkv, batch, 2);
  for (std::int64_t s = 0; s < batch.size(); ++s) {
    const at::Tensor rows = qkv.narrow(0, batch.offsets[s], batch.length(s));
    const at::Tensor alone = mtt::nn::ragged_attention(rows, batch_of({batch.length(s)}), 2);
    CHECK(at::equal(together.narrow(0, batch.offsets[s], batch.length(s)), alone));
  }
}

TEST_CASE("equal scores mix all values equally, scores far below the largest count for nothing") {
  at::Tensor qkv = at::zeros({20, 3 * 16});
  qkv.narrow(1, 32, 16) = at::arange(20, at::kFloat).unsqueeze(1).expand({20, 16});
  const auto batch = batch_of({20});
  CHECK(difference(mtt::nn::ragged_attention(qkv, batch, 1), at::full({20, 16}, 9.5)) < 1e-5);
  qkv.narrow(1, 0, 16).fill_(100);
  qkv[7].narrow(0, 16, 16).fill_(100);
  CHECK(difference(mtt::nn::ragged_attention(qkv, batch, 1), at::full({20, 16}, 7)) == 0);
}

TEST_CASE("a value that is not finite is not hidden") {
  for (const std::int64_t column : {0, 16, 32}) {
    at::Tensor qkv = at::ones({9, 3 * 16});
    qkv[4][column] = std::nan("");
    CHECK(mtt::nn::ragged_attention(qkv, batch_of({9}), 1).isnan().any().item<bool>());
  }
}

TEST_CASE("a bias is added to the scores of every sentence, and learns") {
  at::manual_seed(4);
  const auto batch = batch_of({9, 9, 5, 1, 12});
  const at::Tensor qkv = at::randn({batch.tokens(), 3 * 32});
  at::Tensor bias = at::randn({2, 14, 14});
  CHECK(difference(mtt::nn::ragged_attention(qkv, batch, 2, bias), by_definition(qkv, batch, 2, bias)) <
        2e-5);
  const at::Tensor weights = at::randn({batch.tokens(), 32}, at::kDouble);
  const at::Tensor leaf = bias.clone().set_requires_grad(true);
  (mtt::nn::ragged_attention(qkv, batch, 2, leaf) * weights).sum().backward();
  for (const auto& [h, q, k] : {std::array{0, 0, 0}, {1, 3, 4}, {0, 8, 2}, {1, 11, 11}, {0, 13, 13}}) {
    at::Tensor moved = bias.to(at::kDouble).clone();
    moved[h][q][k] += 1e-4;
    const double above = (by_definition(qkv, batch, 2, moved) * weights).sum().item<double>();
    moved[h][q][k] -= 2e-4;
    const double below = (by_definition(qkv, batch, 2, moved) * weights).sum().item<double>();
    INFO(h << " " << q << " " << k);
    CHECK(leaf.grad()[h][q][k].item<double>() == Approx((above - below) / 2e-4).margin(1e-4));
  }
}

TEST_CASE("a bias smaller than a sentence is refused, with and without a graph") {
  const at::Tensor qkv = at::zeros({12, 3 * 32}), bias = at::zeros({2, 8, 8});
  const auto batch = batch_of({3, 9});
  for (const at::Tensor& in : {qkv, qkv.clone().set_requires_grad(true)})
    CHECK_THROWS_WITH(mtt::nn::ragged_attention(in, batch, 2, bias),
                      Contains("a bias [2, L, L] with L at least 9, got [2, 8, 8]"));
}

TEST_CASE("a window of minus infinity hides all beyond it") {
  at::manual_seed(5);
  const auto batch = batch_of({12, 3});
  const at::Tensor qkv = at::randn({15, 3 * 16});
  at::Tensor window = at::full({1, 12, 12}, -INFINITY);
  for (int i = 0; i < 12; ++i)
    for (int j = std::max(0, i - 2); j <= std::min(11, i + 2); ++j) window[0][i][j] = 0;
  const at::Tensor seen = mtt::nn::ragged_attention(qkv, batch, 1, window);
  CHECK(difference(seen, by_definition(qkv, batch, 1, window)) < 2e-5);
  at::Tensor other = qkv.clone();
  other[8].fill_(3);  // five tokens away from the fourth
  CHECK(at::equal(mtt::nn::ragged_attention(other, batch, 1, window)[3], seen[3]));
}
