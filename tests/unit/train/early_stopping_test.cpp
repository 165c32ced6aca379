#include "train/early_stopping.h"

#include <cmath>

#include "catch.h"

using mtt::EarlyStopping;

TEST_CASE("the name of a metric says which way is better") {
  for (const char* name : {"accuracy", "macro_f1", "entity_f1 (conlleval)", "spearman", "combined"})
    CHECK(mtt::higher_is_better(name));
  CHECK(mtt::higher_is_better("error_type.accuracy"));
  for (const char* name : {"loss", "intent.loss", "mean_absolute_error", "urgency.mean_squared_error"})
    CHECK_FALSE(mtt::higher_is_better(name));
}

TEST_CASE("the mean is that of the tasks' main metrics, in which an undefined one counts as 0") {
  using mtt::deciding_score;
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
  CHECK(mtt::deciding_score("all tasks.exact_match", scores) == 0.1);
  CHECK(mtt::deciding_score("a.accuracy", scores) == 0.9);
  CHECK(std::isnan(mtt::deciding_score("b.spearman", scores)));
  CHECK(std::isnan(mtt::deciding_score("b.pearson", scores)));
}

TEST_CASE("patience counts evaluations without a new best") {
  EarlyStopping stopping("accuracy", 2);
  CHECK(stopping.update(10, 0.5));
  CHECK_FALSE(stopping.update(20, 0.5));
  CHECK_FALSE(stopping.should_stop());
  CHECK(stopping.update(30, 0.6));
  CHECK_FALSE(stopping.update(40, std::nan("")));
  CHECK_FALSE(stopping.should_stop());
  CHECK_FALSE(stopping.update(50, 0.1));
  CHECK(stopping.should_stop());
  CHECK(stopping.best() == 0.6);
  CHECK(stopping.best_step() == 30);
}

TEST_CASE("an error is best when low, and NaN is never best") {
  EarlyStopping stopping("mean_absolute_error", 0);
  CHECK_FALSE(stopping.update(1, std::nan("")));
  CHECK_FALSE(stopping.update(2, -INFINITY));
  CHECK_FALSE(stopping.best().has_value());
  CHECK(stopping.update(3, 0.4));
  CHECK_FALSE(stopping.update(4, 0.5));
  CHECK(stopping.update(5, 0.3));
  for (int i = 6; i < 100; ++i) stopping.update(i, 1);
  CHECK_FALSE(stopping.should_stop());
  CHECK_THROWS_WITH(EarlyStopping("loss", -1), Contains("patience is -1"));
}

TEST_CASE("a restored stopping decides as the one that was saved") {
  const std::vector<double> values = {std::nan(""), 0.2, 0.1, 0.3, 0.3, 0.2, 0.25};
  for (std::size_t cut = 0; cut <= values.size(); ++cut) {
    EarlyStopping whole("accuracy", 3), first("accuracy", 3), second("accuracy", 3);
    for (std::size_t i = 0; i < cut; ++i) first.update(static_cast<std::int64_t>(i), values[i]);
    second.restore(first.state());
    for (std::size_t i = 0; i < values.size(); ++i) {
      const bool best = whole.update(static_cast<std::int64_t>(i), values[i]);
      if (i >= cut) CHECK(second.update(static_cast<std::int64_t>(i), values[i]) == best);
    }
    CHECK(second.state().json() == whole.state().json());
    CHECK(second.should_stop());
  }
}
