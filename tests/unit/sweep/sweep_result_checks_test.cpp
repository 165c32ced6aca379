#include "sweep/sweep_result_checks.h"

#include "catch.h"
#include "mtt/error.h"
#include "temporary_folder.h"

namespace {

mtt::SweepRow row(const std::string& arm, std::int64_t seed, double accuracy) {
  mtt::SweepRow result{.arm = arm, .point = "", .seed = seed, .key = "k", .error = {}, .scores = {}};
  result.scores = {{"intent (test).accuracy", accuracy}};
  return result;
}

std::string warnings(const mtt::SweepShape& shape, const std::vector<mtt::SweepRow>& rows) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "console.txt";
  {
    mtt::Console console;
    console.keep_in(file);
    mtt::warn_of_equal_arms(shape, rows, console);
  }
  return file_text(file);
}

}  // namespace

TEST_CASE("a metric of [sweep] that no run has is refused, with the nearest that there is") {
  mtt::SweepShape shape;
  shape.arms = {"a"};
  shape.metrics = {"intent (test).acuracy"};
  CHECK_NOTHROW(mtt::check_metrics(shape, {}));
  CHECK_THROWS_WITH(mtt::check_metrics(shape, {row("a", 1, 0.5)}),
                    Contains("no run has the score 'intent (test).acuracy'") &&
                        Contains("did you mean 'intent (test).accuracy'?"));
  shape.metrics = {"intent (test).accuracy"};
  CHECK_NOTHROW(mtt::check_metrics(shape, {row("a", 1, 0.5)}));
}

TEST_CASE("arms with the same scores in every run are named, others are not") {
  mtt::SweepShape shape;
  shape.arms = {"a", "b", "c"};
  shape.points = {{"", {}}};
  const std::vector<mtt::SweepRow> rows = {row("a", 0, 0.5), row("b", 0, 0.5), row("c", 0, 0.5),
                                           row("a", 1, 0.6), row("b", 1, 0.6), row("c", 1, 0.7)};
  const std::string text = warnings(shape, rows);
  CHECK_THAT(text, Contains("the arms 'a' and 'b' have the same scores"));
  CHECK_THAT(text, !Contains("'c'"));
  shape.arms = {"a", "d"};  // no run of d
  CHECK(warnings(shape, rows).empty());
}
