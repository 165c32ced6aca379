#include "recommend/learning_curve.h"

#include <cmath>
#include <limits>

#include "catch.h"

TEST_CASE("an error that follows a power law is predicted exactly") {
  const auto score = [](double examples) { return 1 - 2 * std::pow(examples, -0.4); };
  CHECK(mtt::predicted_score(score(500), score(2000), {500, 2000, 13085}, true) == Approx(score(13085)));
  const auto error = [](double examples) { return 7 * std::pow(examples, -0.25); };
  CHECK(mtt::predicted_score(error(50), error(200), {50, 200, 800}, false) == Approx(error(800)));
  // Half the error with four times the examples, and again.
  CHECK(mtt::predicted_score(0.6, 0.8, {500, 2000, 8000}, true) == Approx(0.9));
}

TEST_CASE("a prediction is the measured score if there is nothing to extrapolate") {
  const mtt::ExampleSizes sizes{500, 2000, 8000};
  CHECK(mtt::predicted_score(0.6, 0.8, {500, 2000, 2000}, true) == 0.8);
  CHECK(mtt::predicted_score(0.6, 0.8, {0, 2000, 8000}, true) == 0.8);
  CHECK(mtt::predicted_score(0.6, 0.8, {1, 1, 8000}, true) == 0.8);  // one example has no quarter
  CHECK(mtt::predicted_score(0.9, 0.8, sizes, true) == 0.8);         // more examples do not raise the error
  CHECK(mtt::predicted_score(0.9, 1, sizes, true) == 1);
  CHECK(mtt::predicted_score(0.2, 0.3, sizes, false) == 0.3);
  CHECK(mtt::predicted_score(std::numeric_limits<double>::quiet_NaN(), 0.8, sizes, true) == 0.8);
  CHECK(std::isnan(mtt::predicted_score(0.8, std::numeric_limits<double>::quiet_NaN(), sizes, true)));
}

TEST_CASE("a prediction never exceeds a score of 1") {
  for (const double used : {0.9, 0.99, 0.9999}) {
    const double later = mtt::predicted_score(0.5, used, {500, 2000, 1e9}, true);
    CHECK(later >= used);
    CHECK(later <= 1);
  }
}
