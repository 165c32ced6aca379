#include <cmath>

#include "catch.h"
#include "mtt/metrics.h"

TEST_CASE("F1 of sets has scikit-learn's values") {
  // labels 0: tp 1 fp 1; 1: tp 2 fn 1; 2: fp 1; 3: fn 1
  const mtt::SetF1 f1 = mtt::set_f1({{0, 1}, {0, 1, 2}, {}}, {{0, 1}, {1}, {1, 3}});
  CHECK(f1.micro == Approx(2 * 3.0 / (5 + 5)));
  CHECK(f1.macro == Approx((2.0 / 3 + 4.0 / 5 + 0 + 0) / 4));
  CHECK(mtt::set_f1({{}}, {{}}).micro == 1);
  CHECK(std::isnan(mtt::set_f1({}, {}).micro));
}
