#include "model/pooling.h"

#include <ATen/ATen.h>

#include "catch.h"
#include "model/sentence_modules.h"
#include "mtt/error.h"

namespace {

mtt::PackedBatch batch_of(const std::vector<std::int64_t>& lengths, std::int64_t prompt = 0) {
  mtt::PackedBatch batch;
  batch.offsets = {0};
  for (const auto length : lengths) {
    batch.offsets.push_back(batch.offsets.back() + length);
    batch.prompt_lengths.push_back(prompt);
  }
  return batch;
}

at::Tensor pooled(const std::string& mode, const at::Tensor& tokens, const mtt::PackedBatch& batch,
                  bool include_prompt = true) {
  return mtt::Pooling{{mtt::pooling_mode(mode)}, include_prompt}.forward(tokens, batch);
}

}  // namespace

TEST_CASE("each pooling by its definition, on ragged sentences") {
  const auto batch = batch_of({3, 3, 2, 1, 3});
  at::manual_seed(1);
  const at::Tensor tokens = at::randn({12, 4});
  for (std::int64_t s = 0; s < batch.size(); ++s) {
    const at::Tensor x = tokens.narrow(0, batch.offsets[s], batch.length(s));
    const auto close = [&](const std::string& mode, const at::Tensor& expected) {
      INFO(mode << " of sentence " << s);
      CHECK(at::allclose(pooled(mode, tokens, batch)[s], expected, 1e-6, 1e-6));
    };
    close("cls", x[0]);
    close("lasttoken", x[-1]);
    close("mean", x.mean(0));
    close("max", std::get<0>(x.max(0)));
    close("mean_sqrt_len", x.sum(0) / std::sqrt(double(batch.length(s))));
    const at::Tensor w = at::arange(1, batch.length(s) + 1, at::kFloat);
    close("weightedmean", (x * w.unsqueeze(1)).sum(0) / w.sum());
  }
  const mtt::Pooling two{{mtt::PoolingMode::cls, mtt::PoolingMode::max}, true};
  CHECK(at::equal(two.forward(tokens, batch).narrow(1, 4, 4), pooled("max", tokens, batch)));
  CHECK_THROWS_WITH(mtt::pooling_mode("clss"), Contains("expected cls, max, mean"));
}

TEST_CASE("a prompt that does not count is left out") {
  const auto batch = batch_of({3, 2}, 2);
  const at::Tensor tokens = at::arange(5, at::kFloat).unsqueeze(1);
  CHECK(pooled("mean", tokens, batch, false)[0].item<float>() == 2);
  CHECK(pooled("mean", tokens, batch, false)[1].item<float>() == 0);
  CHECK(pooled("cls", tokens, batch, false)[0].item<float>() == 2);
}

TEST_CASE("a head may ask for vectors of unit length where its model has none, and the other way round") {
  const auto batch = batch_of({2, 3});
  const at::Tensor tokens = at::arange(20, at::kFloat).view({5, 4});
  for (const bool model_normalizes : {false, true}) {
    const mtt::SentenceModules modules(4, {}, {}, model_normalizes, 0);
    CHECK(at::allclose(modules.forward(tokens, batch, true).norm(2, 1), at::ones({2})));
    CHECK(at::equal(modules.forward(tokens, batch, false), pooled("mean", tokens, batch)));
  }
}
