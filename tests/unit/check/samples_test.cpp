#include "check/samples.h"

#include <ATen/ATen.h>

#include <cmath>

#include "catch.h"
#include "unit/train/small_model.h"

TEST_CASE("a sample has its words between two special tokens, and its places are those of the text") {
  const mtt::SampleBatch sample({2, 0, 3});
  const mtt::PackedBatch& batch = sample.batch;
  CHECK(batch.offsets == std::vector<std::int64_t>{0, 4, 6, 11});
  CHECK(at::equal(batch.text, at::tensor({-1, 0, 0, -1, -1, -1, -1, 0, 0, 0, -1}, at::kLong)));
  CHECK(at::equal(batch.word, at::tensor({-1, 0, 1, -1, -1, -1, -1, 0, 1, 2, -1}, at::kLong)));
  CHECK(batch.ids.max().item<std::int64_t>() < 90);
  CHECK(batch.ids.min().item<std::int64_t>() >= 0);
  for (std::int64_t s = 0; s < 3; ++s)
    for (std::int64_t i = batch.offsets[s] + 1; i + 1 < batch.offsets[s + 1]; ++i) {
      const std::string text(batch.texts[static_cast<std::size_t>(s)]);
      const auto [begin, end] = batch.chars[static_cast<std::size_t>(i)];
      CHECK(text.substr(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)) ==
            "w" + std::to_string(batch.ids[i].item<std::int64_t>()));
    }
  CHECK_FALSE(at::equal(mtt::SampleBatch({2, 0, 3}, 2).batch.ids, batch.ids));
}

TEST_CASE("sample values depend on the seed alone and lie between -1 and 1") {
  const at::Tensor values = mtt::sample_values({20, 30}, 3);
  CHECK(at::equal(values, mtt::sample_values({20, 30}, 3)));
  CHECK_FALSE(at::equal(values, mtt::sample_values({20, 30}, 4)));
  CHECK(values.abs().max().item<float>() <= 1);
  CHECK(std::abs(values.mean().item<float>()) < 0.1);
}

TEST_CASE("sample weights are the same again, and scales of normalisations are about 1") {
  SmallBackbone one(1, 0), other(1, 0);
  mtt::sample_weights(one, 5);
  mtt::sample_weights(other, 5);
  const auto first = one.parameters(), second = other.parameters();
  for (std::size_t i = 0; i < first.size(); ++i) {
    const auto& [name, tensor] = first[i];
    INFO(name);
    CHECK(at::equal(tensor, second[i].tensor));
    const bool scale = name.find("norm.weight") != std::string::npos;
    CHECK(std::abs(tensor.mean().item<float>() - (scale ? 1 : 0)) < 0.3);
  }
}

TEST_CASE("a distance is infinite where two tensors cannot be compared") {
  const at::Tensor a = at::tensor({1.0F, 2.0F}), b = at::tensor({1.5F, 4.0F});
  CHECK(mtt::distance(a, b) == 2);
  CHECK(mtt::distance(a, a) == 0);
  CHECK(std::isinf(mtt::distance(a, at::zeros({3}))));
  CHECK(std::isinf(mtt::distance(a, at::tensor({1.0F, NAN}))));
  CHECK(mtt::distance(at::zeros({0}), at::zeros({0})) == 0);
}
