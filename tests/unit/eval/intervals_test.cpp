#include "eval/intervals.h"

#include <cmath>
#include <limits>
#include <vector>

#include "catch.h"
#include "mtt/random_stream.h"

namespace {

const double kNaN = std::numeric_limits<double>::quiet_NaN();

}  // namespace

TEST_CASE("the interval of a mean is that of Student's t") {
  const mtt::Interval five = mtt::mean_interval({1, 2, 3, 4, 5});
  CHECK(five.mean == Approx(3));
  CHECK(five.half == Approx(2.7764451052 * std::sqrt(2.5 / 5)).epsilon(1e-9));  // t(0.975, 4), s² = 2.5
  CHECK(five.count == 5);
  const mtt::Interval two = mtt::mean_interval({0.9, 0.8});
  CHECK(two.half == Approx(12.7062047364 * 0.05).epsilon(1e-9));  // t(0.975, 1)
}

TEST_CASE("differences are those of pairs") {
  const mtt::Interval paired = mtt::paired_interval({10, 2, 30}, {9, 2, 28});
  CHECK(paired.mean == Approx(1));
  CHECK(paired.half == Approx(4.3026527297 / std::sqrt(3.0)).epsilon(1e-9));  // t(0.975, 2), s = 1
  CHECK_FALSE(paired.excludes_zero());
  // A difference that is always the same is certain however far the pairs are from each other.
  const mtt::Interval certain = mtt::paired_interval({1, 5, 9}, {0.5, 4.5, 8.5});
  CHECK(certain.half == Approx(0).margin(1e-12));
  CHECK(certain.excludes_zero());
}

TEST_CASE("what is undefined is left out") {
  CHECK(mtt::mean_interval({kNaN, 1, 3}).mean == Approx(2));
  CHECK(mtt::mean_interval({kNaN, 1, 3}).count == 2);
  const mtt::Interval one = mtt::mean_interval({0.5});
  CHECK(one.mean == Approx(0.5));
  CHECK(std::isnan(one.half));
  CHECK_FALSE(one.excludes_zero());
  CHECK(std::isnan(mtt::mean_interval({}).mean));
  CHECK(mtt::paired_interval({1, kNaN, 3}, {0, 0, kNaN}).count == 1);
}

TEST_CASE("95 of 100 intervals hold the truth") {
  mtt::RandomStream stream(7, "intervals", 0);
  constexpr int kTrials = 4000;
  int held = 0;
  for (int trial = 0; trial < kTrials; ++trial) {
    std::vector<double> values;
    for (int i = 0; i < 5; ++i) {  // normal by Box and Muller
      const double u = (static_cast<double>(stream.next() >> 11) + 0.5) / 9007199254740992.0;
      const double v = static_cast<double>(stream.next() >> 11) / 9007199254740992.0;
      values.push_back(2 + 3 * std::sqrt(-2 * std::log(u)) * std::cos(2 * M_PI * v));
    }
    const mtt::Interval interval = mtt::mean_interval(values);
    held += std::abs(interval.mean - 2) <= interval.half;
  }
  CHECK(held > kTrials * 0.94);
  CHECK(held < kTrials * 0.96);
}
