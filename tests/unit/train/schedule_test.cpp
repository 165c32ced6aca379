#include "train/schedule.h"

#include <cmath>

#include "catch.h"

using mtt::Schedule;

TEST_CASE("a linear schedule climbs over the warm-up and falls to nothing") {
  const Schedule linear("linear", 0.06, 50);
  const std::vector<std::pair<std::int64_t, double>> expected = {
      {0, 0}, {1, 1.0 / 3}, {2, 2.0 / 3}, {3, 1}, {4, 46.0 / 47}, {49, 1.0 / 47}, {50, 0}, {60, 0}};
  for (const auto& [step, factor] : expected) {
    CAPTURE(step);
    CHECK(linear.factor(step) == Approx(factor).margin(1e-15));
  }
  CHECK(Schedule("linear", 0.0, 4).factor(0) == 1);
  CHECK(Schedule("linear", 0.0, 4).factor(1) == 0.75);
  CHECK(Schedule("linear", 0.051, 100).factor(5) == Approx(5.0 / 6));  // 5.1 steps of warm-up are 6
}

TEST_CASE("constant and cosine share the warm-up") {
  const Schedule constant("constant", 0.1, 20), cosine("cosine", 0.1, 20);
  CHECK(constant.factor(1) == 0.5);
  CHECK(constant.factor(2) == 1);
  CHECK(constant.factor(1000) == 1);
  CHECK(cosine.factor(1) == 0.5);
  CHECK(cosine.factor(2) == 1);
  CHECK(cosine.factor(11) == Approx(0.5));  // half of the 18 steps that fall
  CHECK(cosine.factor(8) == Approx(0.75));  // a third of them
  CHECK(cosine.factor(20) == Approx(0).margin(1e-15));
  CHECK(cosine.factor(25) == Approx(0).margin(1e-15));
}

TEST_CASE("the slanted triangle has ULMFiT's values") {
  const Schedule stlr("stlr", 0.1, 1000);
  const std::vector<std::pair<std::int64_t, double>> expected = {
      {0, 3.125e-4}, {50, 5.15625e-3}, {100, 0.01}, {550, 5.15625e-3}, {1000, 3.125e-4}};
  for (const auto& [step, rate] : expected) {
    CAPTURE(step);
    CHECK(0.01 * stlr.factor(step) == Approx(rate).epsilon(1e-12));
  }
}

TEST_CASE("no schedule leaves 0 .. 1, whatever the warm-up") {
  for (const std::string& name : Schedule::names()) {
    for (const double warmup : {0.0, 0.001, 0.3, 0.999, 1.0}) {
      for (const std::int64_t steps : {1, 2, 7, 1000}) {
        const Schedule schedule(name, warmup, steps);
        double highest = 0;
        for (std::int64_t step = 0; step <= steps + 2; ++step) {
          CAPTURE(name, warmup, steps, step);
          REQUIRE(schedule.factor(step) >= 0);
          REQUIRE(schedule.factor(step) <= 1);
          highest = std::max(highest, schedule.factor(step));
        }
        if (steps == 1000) CHECK(highest >= 0.998);
      }
    }
  }
}

TEST_CASE("what is no schedule is refused") {
  CHECK_THROWS_WITH(Schedule("linaer", 0, 1), Contains("did you mean 'linear'"));
  CHECK_THROWS_WITH(Schedule("polynomial", 0, 1), Contains("expected constant, linear, cosine or stlr"));
  CHECK_THROWS_WITH(Schedule("linear", 1.5, 1), Contains("expected 0 to 1"));
  CHECK_THROWS_WITH(Schedule("linear", std::nan(""), 1), Contains("expected 0 to 1"));
  CHECK_THROWS_WITH(Schedule("linear", 0, 0), Contains("over 0 steps"));
}
