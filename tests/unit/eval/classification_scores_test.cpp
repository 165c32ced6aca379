#include <cmath>

#include "catch.h"
#include "mtt/metrics.h"

TEST_CASE("accuracy and macro-F1 by hand") {
  CHECK(mtt::accuracy({1, 2, 3}, {1, 2, 2}) == Approx(2.0 / 3));
  CHECK(std::isnan(mtt::accuracy({}, {})));
  // class 0: tp 1 fp 1 fn 0 -> 2/3; class 1: tp 1 fp 0 fn 1 -> 2/3; class 2: only predicted nowhere, gold
  // once -> 0
  CHECK(mtt::macro_f1({0, 0, 1, 1}, {0, 1, 1, 2}) == Approx((2.0 / 3 + 0.5 + 0) / 3));
}
