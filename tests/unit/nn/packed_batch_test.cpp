#include "mtt/packed_batch.h"

#include <ATen/ATen.h>

#include "catch.h"
#include "check/samples.h"

TEST_CASE("an empty batch is a valid one") {
  const mtt::PackedBatch batch;
  CHECK(batch.size() == 0);
  CHECK(batch.tokens() == 0);
  CHECK(batch.length_groups().empty());
  CHECK(batch.part(0, 0).size() == 0);
}

TEST_CASE("a part of a batch is that of its inputs alone") {
  const mtt::SampleBatch sample({2, 0, 3, 1});
  const mtt::PackedBatch part = sample.batch.part(1, 2);
  CHECK(part.offsets == std::vector<std::int64_t>{0, 2, 7});
  CHECK(at::equal(part.starts, at::tensor({0, 2, 7}, at::kLong)));
  CHECK(at::equal(part.ids, sample.batch.ids.narrow(0, 4, 7)));
  CHECK(at::equal(part.row, at::tensor({0, 0, 1, 1, 1, 1, 1}, at::kLong)));
  CHECK(at::equal(part.positions, at::tensor({0, 1, 0, 1, 2, 3, 4}, at::kLong)));
  CHECK(at::equal(part.word, at::tensor({-1, -1, -1, 0, 1, 2, -1}, at::kLong)));
  CHECK(part.texts == std::vector<std::string_view>{sample.texts()[1], sample.texts()[2]});
  CHECK(part.chars.size() == 7);
  CHECK(part.prompt_lengths.size() == 2);
}

TEST_CASE("a batch on another device has its tensors there, and the same host members") {
  const mtt::SampleBatch sample({2, 0, 3});
  const mtt::PackedBatch& batch = sample.batch;
  const auto tensors = [](const mtt::PackedBatch& b) {
    return std::vector<at::Tensor>{b.ids, b.type_ids, b.positions, b.row, b.text, b.word, b.starts};
  };
  const mtt::PackedBatch moved = batch.to(at::kMeta), same = batch.to(at::kCPU);
  for (std::size_t i = 0; i < tensors(batch).size(); ++i) {
    CHECK(tensors(moved)[i].device().type() == at::kMeta);
    CHECK(tensors(moved)[i].sizes() == tensors(batch)[i].sizes());
    CHECK(tensors(moved)[i].scalar_type() == at::kLong);
    CHECK(tensors(same)[i].is_same(tensors(batch)[i]));
    CHECK(tensors(batch)[i].device().is_cpu());
  }
  for (const mtt::PackedBatch* copy : {&moved, &same}) {
    CHECK(copy->offsets == batch.offsets);
    CHECK(copy->prompt_lengths == batch.prompt_lengths);
    CHECK(copy->chars.size() == batch.chars.size());
    CHECK(copy->texts == batch.texts);
  }
  CHECK(mtt::PackedBatch().to(at::kMeta).size() == 0);
}
