#include "sweep/sweep_table.h"

#include "catch.h"
#include "sweep/sweep_chart.h"

namespace {

using Cells = std::vector<std::string>;

mtt::SweepRow run_of(const std::string& arm, std::int64_t seed, double score, const std::string& machine) {
  mtt::SweepRow row;
  row.arm = arm;
  row.seed = seed;
  row.scores = {{"t.accuracy", score}};
  row.seconds = 60;
  row.machine = machine;
  return row;
}

mtt::SweepRow tuning_of(const std::string& value, double score) {
  mtt::SweepRow row = run_of("other", 1001, score, "A");
  row.tuning = "rate=" + value;
  return row;
}

mtt::SweepShape two_arms() {
  return {.arms = {"base", "other"}, .points = {{"", {}}}, .baseline = "base", .metrics = {}, .axis = ""};
}

}  // namespace

TEST_CASE("the processor stands beside the times; those of two are not comparable") {
  auto rows = std::vector{run_of("base", 1, 0.5, "Processor A"), run_of("other", 1, 0.6, "Processor A")};
  mtt::SweepSummary summary = mtt::summarise_sweep(two_arms(), rows);
  CHECK(summary.machines == Cells{"Processor A"});
  CHECK_FALSE(summary.lines[1].beside_others);
  CHECK_THAT(mtt::sweep_legend(summary), Contains("Times are those of Processor A."));
  CHECK_THAT(mtt::sweep_charts(summary).back().second,
             Contains("training time in minutes, Processor A; area"));
  rows[1].machine = "Processor B";
  summary = mtt::summarise_sweep(two_arms(), rows);
  CHECK(summary.lines[1].beside_others);
  CHECK_THAT(mtt::sweep_legend(summary), Contains("different processors (Processor A, Processor B)"));
  for (mtt::SweepRow& row : rows) row.machine = "";
  summary = mtt::summarise_sweep(two_arms(), rows);
  CHECK(summary.machines.empty());
  CHECK_FALSE(summary.lines[1].beside_others);
  CHECK_THAT(mtt::sweep_legend(summary), !Contains("rocessor"));
}

TEST_CASE("tuning runs are listed with what was chosen, and have no part in the comparison") {
  std::vector<mtt::SweepRow> rows = {run_of("base", 1, 0.5, "A"), run_of("other", 1, 0.6, "A"),
                                     tuning_of("1e-4", 0.25), tuning_of("1e-3", 0.75)};
  rows.push_back(tuning_of("1e-2", 0));
  rows.back().error = "broke";
  rows.back().scores = {};
  rows[1].tuned = "rate=1e-3";
  const mtt::SweepSummary summary = mtt::summarise_sweep(two_arms(), rows);
  CHECK(summary.lines[1].seeds == 1);
  CHECK(summary.failed.empty());
  CHECK(mtt::tuning_cells(summary) == std::vector<Cells>{{"arm", "point", "value", "t.accuracy", "chosen"},
                                                         {"other", "-", "rate=1e-4", "0.2500", ""},
                                                         {"other", "-", "rate=1e-3", "0.7500", "yes"},
                                                         {"other", "-", "rate=1e-2", "failed", ""}});
}

TEST_CASE("failed runs are listed with their errors") {
  auto rows = std::vector{run_of("base", 1, 0.5, "A"), run_of("other", 7, 0.6, "A")};
  rows[1].error = "it broke";
  CHECK(mtt::failed_cells(mtt::summarise_sweep(two_arms(), rows)) ==
        std::vector<Cells>{{"arm", "point", "seed", "error"}, {"other", "-", "7", "it broke"}});
}
