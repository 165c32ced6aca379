#include "model/encoder.h"

#include "catch.h"
#include "mtt/error.h"

TEST_CASE("an option pooling names the model's or a list of others") {
  CHECK_FALSE(mtt::pooling_of({"model"}, true));
  const auto two = mtt::pooling_of({"cls", "mean"}, false);
  REQUIRE(two);
  CHECK((two->modes == std::vector<mtt::PoolingMode>{mtt::PoolingMode::cls, mtt::PoolingMode::mean}));
  CHECK_FALSE(two->include_prompt);
  CHECK(mtt::pooling_of({"max"}, true)->include_prompt);
}

TEST_CASE("a pooling that cannot be is refused") {
  CHECK_THROWS_WITH(mtt::pooling_of({"model", "cls"}, true), Contains("cannot be combined"));
  CHECK_THROWS_WITH(mtt::pooling_of({}, true), Contains("empty list"));
  CHECK_THROWS_WITH(mtt::pooling_of({"average"}, true), Contains("average") && Contains("mean"));
}
