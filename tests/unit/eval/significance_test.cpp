#include "eval/significance.h"

#include <cmath>
#include <limits>

#include "catch.h"

namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("the p-value of the paired t-test agrees with the interval") {
  // Differences 1, 2, 3: t = 2 / (1 / sqrt 3) = 3.4641 with 2 degrees of freedom; scipy.stats.ttest_1samp
  // gives 0.07417990.
  CHECK(mtt::paired_t_test({1, 2, 3}) == Approx(0.0741799).epsilon(1e-5));
  CHECK(mtt::paired_t_test({1, kNaN, 2, 3}) == mtt::paired_t_test({1, 2, 3}));
  CHECK(mtt::paired_t_test({-1, -2, -3}) == Approx(0.0741799).epsilon(1e-5));
  CHECK(mtt::paired_t_test({0, 0}) == 1);
  CHECK(mtt::paired_t_test({0.5, 0.5}) == 0);
  CHECK(std::isnan(mtt::paired_t_test({1})));
}

TEST_CASE("McNemar's test is the binomial test of the examples that differ") {
  CHECK(mtt::mcnemar_test(0, 0) == 1);
  CHECK(mtt::mcnemar_test(0, 5) == Approx(2.0 / 32));
  CHECK(mtt::mcnemar_test(5, 0) == mtt::mcnemar_test(0, 5));
  CHECK(mtt::mcnemar_test(3, 3) == 1);
  CHECK(mtt::mcnemar_test(2, 8) == Approx(2 * (1 + 10 + 45) / 1024.0));
}

TEST_CASE("Benjamini and Hochberg's example") {
  // Benjamini and Hochberg 1995, table 1: at 5 % the four smallest of fifteen p-values are rejected.
  const std::vector<double> p = {0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344,
                                 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0000};
  std::vector<bool> expected(15);
  for (int i = 0; i < 4; ++i) expected[static_cast<std::size_t>(i)] = true;
  CHECK(mtt::benjamini_hochberg(p, 0.05) == expected);
  // A p-value above its own threshold counts if a larger one is below its threshold.
  CHECK(mtt::benjamini_hochberg({0.04, kNaN, 0.03}, 0.05) == std::vector<bool>{true, false, true});
  CHECK(mtt::benjamini_hochberg({0.05}, 0.05) == std::vector<bool>{true});
  CHECK(mtt::benjamini_hochberg({}, 0.05).empty());
}
