#include <cmath>

#include "catch.h"
#include "mtt/metrics.h"

TEST_CASE("the quadratic kappa has known values") {
  CHECK(mtt::quadratic_kappa({0, 1, 2, 3}, {0, 1, 2, 3}) == Approx(1));
  CHECK(mtt::quadratic_kappa({0, 3}, {3, 0}) == Approx(-1));
  CHECK(mtt::quadratic_kappa({1, 2, 2, 0}, {1, 1, 2, 0}) == Approx(1 - 1.0 / (9 + 6 - 2 * 5 * 4 / 4.0)));
  CHECK(std::isnan(mtt::quadratic_kappa({2, 2}, {2, 2})));
  CHECK(std::isnan(mtt::quadratic_kappa({}, {})));
}
