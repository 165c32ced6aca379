#include "train/early_stopping.h"

#include <cmath>

#include "catch.h"

using mtt::EarlyStopping;

TEST_CASE("patience counts evaluations without a new best") {
  EarlyStopping stopping(2);
  CHECK(stopping.update(10, {0.5}));
  CHECK_FALSE(stopping.update(20, {0.5}));
  CHECK_FALSE(stopping.should_stop());
  CHECK(stopping.update(30, {0.6}));
  CHECK_FALSE(stopping.update(40, mtt::DecidingScore{NAN}));
  CHECK_FALSE(stopping.should_stop());
  CHECK_FALSE(stopping.update(50, {0.1}));
  CHECK(stopping.should_stop());
  CHECK(stopping.best() == 0.6);
  CHECK(stopping.best_step() == 30);
}

TEST_CASE("a score of which lower is better is best when low, and NaN is never best") {
  EarlyStopping stopping(0);
  CHECK_FALSE(stopping.update(1, {NAN, false}));
  CHECK_FALSE(stopping.update(2, {-INFINITY, false}));
  CHECK_FALSE(stopping.best().has_value());
  CHECK(stopping.update(3, {0.4, false}));
  CHECK_FALSE(stopping.update(4, {0.5, false}));
  CHECK(stopping.update(5, {0.3, false}));
  for (int i = 6; i < 100; ++i) stopping.update(i, {1, false});
  CHECK_FALSE(stopping.should_stop());
  CHECK_THROWS_WITH(EarlyStopping(-1), Contains("patience is -1"));
}

TEST_CASE("a restored stopping decides as the one that was saved") {
  const std::vector<double> values = {std::nan(""), 0.2, 0.1, 0.3, 0.3, 0.2, 0.25};
  for (std::size_t cut = 0; cut <= values.size(); ++cut) {
    EarlyStopping whole(3), first(3), second(3);
    for (std::size_t i = 0; i < cut; ++i) first.update(static_cast<std::int64_t>(i), {values[i]});
    second.restore(first.state());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool best = whole.update(static_cast<std::int64_t>(i), {values[i]});
      if (i >= cut) CHECK(second.update(static_cast<std::int64_t>(i), {values[i]}) == best);
    }
    CHECK(second.state().json() == whole.state().json());
    CHECK(second.should_stop());
  }
}
