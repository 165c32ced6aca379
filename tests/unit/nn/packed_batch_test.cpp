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
