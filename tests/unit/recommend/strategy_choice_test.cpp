#include "recommend/strategy_choice.h"

#include <cmath>

#include "catch.h"
#include "eval/bootstrap.h"
#include "mtt/error.h"

using mtt::JudgedTask;
using mtt::MeasuredScore;
using mtt::Standing;

namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();
constexpr double kPoint = 0.01;

/// The first `right` of `all` examples are right.
MeasuredScore hits(std::size_t right, std::size_t all) {
  mtt::ExampleCounts counts;
  for (std::size_t i = 0; i < all; ++i) counts.push_back({i < right, 1, 1});
  return {.score = static_cast<double>(right) / static_cast<double>(all),
          .samples = mtt::bootstrap_scores(counts)};
}

/// A task on which strategies have so many of `all` validation examples right, all training examples used.
JudgedTask task(const std::vector<std::size_t>& right, std::size_t all) {
  JudgedTask task{
      .score = "t.accuracy", .sizes = {0, 100, 100}, .validation_examples = static_cast<double>(all)};
  for (const std::size_t one : right) task.used.push_back(hits(one, all));
  return task;
}

/// The same without counts of examples.
JudgedTask plain(const std::vector<double>& scores) {
  JudgedTask task{.score = "t.spearman", .sizes = {0, 100, 100}, .validation_examples = 50};
  for (const double one : scores) task.used.push_back({.score = one});
  return task;
}

}  // namespace

TEST_CASE("the cheapest strategy that is not worse than the best is chosen") {
  // With 5,000 examples, differences of 3 points have intervals of about half a point.
  const auto full = mtt::choose_strategy({task({4500, 4650, 4800}, 5000)}, kPoint);
  CHECK(full.chosen == 2);
  CHECK(full.best == 2);
  CHECK(full.strategies[0].standing == Standing::worse);
  CHECK(full.strategies[0].behind == Approx(0.06));
  CHECK(full.strategies[0].behind_half > 0.005);
  CHECK(full.strategies[0].behind_half < 0.008);
  CHECK(full.examples_needed == 0);

  const auto upper = mtt::choose_strategy({task({4500, 4790, 4800}, 5000)}, kPoint);
  CHECK(upper.chosen == 1);
  CHECK(upper.strategies[1].standing == Standing::good_enough);
  CHECK(upper.strategies[1].behind == Approx(0.002));

  const auto probe = mtt::choose_strategy({task({4790, 4795, 4800}, 5000)}, kPoint);
  CHECK(probe.chosen == 0);
  CHECK(probe.strategies[0].standing == Standing::good_enough);
}

TEST_CASE("with few validation examples the cheaper strategy is chosen as not distinguishable") {
  const auto choice = mtt::choose_strategy({task({44, 45, 47}, 50)}, kPoint);
  CHECK(choice.best == 2);
  CHECK(choice.chosen == 0);
  CHECK(choice.strategies[0].standing == Standing::undecided);
  CHECK(choice.strategies[0].behind == Approx(0.06));
  CHECK(choice.examples == 50);
  // The interval of 6 points has to shrink below 6 points.
  const double ratio = choice.strategies[0].behind_half / 0.06;
  CHECK(ratio >= 1);
  CHECK(choice.examples_needed == Approx(50 * ratio * ratio));
}

TEST_CASE("ties go to the cheaper strategy, but few equal examples are no proof") {
  const auto many = mtt::choose_strategy({task({900, 900, 900}, 1000)}, kPoint);
  CHECK(many.best == 0);
  CHECK(many.chosen == 0);
  CHECK(many.strategies[2].behind == 0);
  CHECK(many.strategies[2].behind_half == Approx(0.003));  // the rule of three
  const auto upper = mtt::choose_strategy({task({500, 900, 900}, 1000)}, kPoint);
  CHECK(upper.best == 1);
  CHECK(upper.chosen == 1);

  const auto one = mtt::choose_strategy({task({0, 0, 1}, 1)}, kPoint);
  CHECK(one.chosen == 0);
  CHECK(one.strategies[0].standing == Standing::undecided);
  CHECK(one.strategies[0].behind_half == 3);
  CHECK(one.examples_needed == Approx(9));
}

TEST_CASE("the margin decides alone where there are no counts of examples") {
  const auto near = mtt::choose_strategy({plain({0.795, 0.8, 0.8})}, kPoint);
  CHECK(near.chosen == 0);
  CHECK(near.strategies[0].standing == Standing::good_enough);
  CHECK(std::isnan(near.strategies[0].behind_half));
  const auto far = mtt::choose_strategy({plain({0.78, 0.795, 0.8})}, kPoint);
  CHECK(far.chosen == 1);
  CHECK(mtt::choose_strategy({plain({0.78, 0.795, 0.8})}, 0.05).chosen == 0);
  CHECK(mtt::choose_strategy({plain({0.78, 0.795, 0.8})}, 0).chosen == 2);
}

TEST_CASE("a gap that grows with the examples is extrapolated") {
  JudgedTask growing = plain({0.75, 0.76, 0.76});
  growing.sizes = {500, 2000, 32000};
  growing.fewer = {{.score = 0.75}, {.score = 0.52}, {.score = 0.52}};
  const auto choice = mtt::choose_strategy({growing}, 0.02);
  CHECK(choice.strategies[0].predicted == 0.75);          // the same error with four times the examples
  CHECK(choice.strategies[1].predicted == Approx(0.94));  // half of it, twice
  CHECK(choice.strategies[0].behind == Approx(0.19));
  CHECK(choice.chosen == 1);
  growing.sizes.all = 2000;
  CHECK(mtt::choose_strategy({growing}, 0.02).chosen == 0);  // measured: one point
}

TEST_CASE("an extrapolated difference has a wider interval") {
  JudgedTask used = task({850, 880, 900}, 1000), later = used;
  later.sizes = {25, 100, 1600};
  later.fewer = {hits(800, 1000), hits(810, 1000), hits(820, 1000)};
  const auto short_way = mtt::choose_strategy({used}, kPoint),
             long_way = mtt::choose_strategy({later}, kPoint);
  CHECK(long_way.strategies[0].behind > 0);
  CHECK(long_way.strategies[2].fewer == Approx(0.82));
  CHECK(std::isnan(short_way.strategies[2].fewer));
  CHECK(long_way.strategies[0].used_half == short_way.strategies[0].used_half);
}

TEST_CASE("lower-is-better scores count negatively") {
  JudgedTask errors = plain({0.5, 0.2, 0.195});
  errors.higher_is_better = false;
  const auto choice = mtt::choose_strategy({errors}, kPoint);
  CHECK(choice.best == 2);
  CHECK(choice.chosen == 1);
  CHECK(choice.strategies[0].behind == Approx(0.305));
  CHECK(choice.strategies[0].used == Approx(-0.5));
}

TEST_CASE("the mean of the tasks decides; an undefined score counts as 0") {
  const JudgedTask easy = plain({0.9, 0.9, 0.9}), hard = plain({0.5, 0.7, 0.9});
  const auto both = mtt::choose_strategy({easy, hard}, 0.11);
  CHECK(both.strategies[0].used == Approx(0.7));
  CHECK(both.strategies[0].behind == Approx(0.2));
  CHECK(both.chosen == 1);
  CHECK(mtt::choose_strategy({easy}, 0.11).chosen == 0);
  CHECK(mtt::choose_strategy({hard}, 0.11).chosen == 2);

  const auto constant = mtt::choose_strategy({plain({kUndefined, 0.7, 0.7})}, kPoint);
  CHECK(constant.strategies[0].behind == Approx(0.7));
  CHECK(constant.chosen == 1);
  const JudgedTask never = plain({kUndefined, kUndefined, kUndefined});
  CHECK(mtt::choose_strategy({never, hard}, 0.11).strategies[0].used == 0.5);
  CHECK_THROWS_WITH(mtt::choose_strategy({never}, kPoint), Contains("no task has a defined score"));
}

TEST_CASE("a task without counts leaves the mean without an interval, in any order") {
  const JudgedTask counted = task({450, 460, 470}, 500), without = plain({0.5, 0.6, 0.7});
  for (const auto& tasks : {std::vector{counted, without}, std::vector{without, counted}})
    CHECK(std::isnan(mtt::choose_strategy(tasks, kPoint).strategies[0].used_half));
  const auto two = mtt::choose_strategy({counted, task({45, 46, 47}, 50)}, kPoint);
  CHECK(two.strategies[0].used_half > 0);
  CHECK(two.examples == 50);
}
