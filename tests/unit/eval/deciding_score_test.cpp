#include "eval/deciding_score.h"

#include <cmath>

#include "catch.h"

TEST_CASE("the mean is that of the tasks' main metrics, in which an undefined one counts as 0") {
  const auto deciding_score = [](std::string_view best, const mtt::Scores& scores) {
    return mtt::deciding_score(best, {scores, {"b.mean_absolute_error"}}).value;
  };
  CHECK(deciding_score("mean", {{"a.accuracy", 0.9}, {"a.macro_f1", 0.1}, {"b.entity_f1", 0.6}}) ==
        Approx(0.75));
  CHECK(deciding_score("mean", {{"a.accuracy", 0.9}, {"b.mean_absolute_error", 0.3}}) == Approx(0.3));
  CHECK(deciding_score("mean", {{"a.accuracy", 0.9}, {"b.spearman", std::nan("")}}) == Approx(0.45));
  CHECK(deciding_score("mean", {{"a.accuracy", 0.9}, {"all tasks.exact_match", 0.1}}) == Approx(0.9));
  CHECK(std::isnan(deciding_score("mean", {})));
}

TEST_CASE("a score that is named decides alone, and is NaN where it is undefined") {
  const mtt::Scores scores = {
      {"a.accuracy", 0.9}, {"b.spearman", std::nan("")}, {"all tasks.exact_match", 0.1}};
  CHECK(mtt::deciding_score("all tasks.exact_match", {scores}).value == 0.1);
  CHECK(mtt::deciding_score("a.accuracy", {scores}).value == 0.9);
  CHECK(std::isnan(mtt::deciding_score("b.spearman", {scores}).value));
  CHECK(std::isnan(mtt::deciding_score("b.pearson", {scores}).value));
}

TEST_CASE("the direction of a score says which is better, and one that is not finite never is") {
  const double kNaN = std::nan("");
  CHECK(mtt::DecidingScore{0.6, true}.better_than({0.5, true}));
  CHECK_FALSE(mtt::DecidingScore{0.5, true}.better_than({0.5, true}));
  CHECK(mtt::DecidingScore{0.5, false}.better_than({0.6, false}));
  CHECK_FALSE(mtt::DecidingScore{kNaN, true}.better_than({0.5, true}));
  CHECK(mtt::DecidingScore{0.5, true}.better_than({kNaN, true}));
}
