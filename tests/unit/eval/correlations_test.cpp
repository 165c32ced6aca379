#include <cmath>
#include <numeric>

#include "catch.h"
#include "mtt/metrics.h"

TEST_CASE("correlations: known values, ties, and what has none") {
  const std::vector<double> tenths(30, 0.1);
  std::vector<double> rising(30);
  std::iota(rising.begin(), rising.end(), 0.0);
  CHECK(std::isnan(mtt::pearson(rising, tenths)));
  CHECK(std::isnan(mtt::pearson(tenths, tenths)));
  CHECK(mtt::pearson({1, 2, 3, 4}, {2, 4, 6, 8.5}) == Approx(10.75 / std::sqrt(5 * 23.1875)));
  CHECK(mtt::spearman({1, 2, 3, 4}, {1, 8, 27, 64}) == Approx(1));
  CHECK(mtt::spearman({1, 2, 2, 3}, {1, 2, 3, 4}) == Approx(0.9486833));
  CHECK(std::isnan(mtt::spearman({1, 1, 1}, {1, 2, 3})));
  CHECK(std::isnan(mtt::spearman({1}, {1})));
  CHECK(std::isnan(mtt::spearman({1, NAN}, {1, 2})));
}
