#include "sweep/tuning.h"

#include "catch.h"
#include "mtt/error.h"
#include "temporary_folder.h"

namespace {

constexpr const char* kFile = R"([backbone]
model = "m"
[data]
train = "train.jsonl"
test = "test.jsonl"
[tasks.t]
head = "classification"
[train]
[sweep]
seeds = 2
[sweep.tuning]
set = { data.test = "dev.jsonl", data.train_examples = 10 }
[sweep.arms]
plain = {}
tuned = { freeze.policy = "bitfit", tune = { train.learning_rate = [1e-4, 1e-3, 1e-2] } }
)";

mtt::SweepRow scored(const mtt::SweepRun& run, double score) {
  mtt::SweepRow row;
  row.arm = run.arm;
  row.point = run.point;
  row.tuning = run.tuning;
  row.seed = run.seed;
  row.scores = {{"t.accuracy", score}, {"t.macro_f1", 1 - score}};
  return row;
}

bool sets(const mtt::SweepRun& run, const std::string& assignment) {
  for (const mtt::Override& change : run.overrides)
    if (change.assignment == assignment) return true;
  return false;
}

}  // namespace

TEST_CASE("tuning runs come with a seed of their own, and their best value goes to the runs of the arm") {
  const TemporaryFolder folder;
  folder.write("sweep.toml", kFile);
  mtt::SweepPlan plan = mtt::plan_sweep(folder.path() / "sweep.toml", {});
  REQUIRE(plan.tuning.size() == 3);
  REQUIRE(plan.runs.size() == 4);
  CHECK(plan.tuning[0].title() == "tuned, tuning learning_rate=1e-04, seed 1001");
  CHECK(sets(plan.tuning[0], "data.train_examples=10"));
  CHECK(sets(plan.tuning[0], "data.test=\"dev.jsonl\""));
  CHECK_FALSE(sets(plan.runs[0], "data.train_examples=10"));
  std::vector<mtt::SweepRow> rows = {scored(plan.tuning[0], 0.5), scored(plan.tuning[1], 0.7)};
  CHECK_THROWS_WITH(mtt::apply_tuning(plan, rows), Contains("tuning learning_rate=0.01, seed 1001' has no result"));
  rows.push_back(scored(plan.tuning[2], 0.7));
  const auto chosen = mtt::apply_tuning(plan, rows);
  REQUIRE(chosen.size() == 1);
  CHECK(chosen[0].value == "learning_rate=0.001");  // the first of equal ones
  CHECK_FALSE(chosen[0].at_edge);
  for (const mtt::SweepRun& run : plan.runs)
    CHECK(sets(run, "train.learning_rate=0.001") == (run.arm == "tuned"));
}

TEST_CASE("the metric of [sweep.tuning] decides, and the ends of the values are marked") {
  const TemporaryFolder folder;
  folder.write("sweep.toml", kFile);
  mtt::SweepPlan plan =
      mtt::plan_sweep(folder.path() / "sweep.toml", {{"sweep.tuning.metric=\"t.macro_f1\"", "--set"}});
  const std::vector<mtt::SweepRow> rows = {scored(plan.tuning[0], 0.5), scored(plan.tuning[1], 0.7),
                                           scored(plan.tuning[2], 0.8)};
  mtt::SweepPlan other = plan;
  const auto chosen = mtt::apply_tuning(plan, rows);
  CHECK(chosen.at(0).value == "learning_rate=1e-04");
  CHECK(chosen.at(0).at_edge);
  // A score that is better if lower chooses the lowest.
  std::vector<mtt::SweepRow> errors = rows;
  for (mtt::SweepRow& row : errors) row.lower_is_better = {"t.macro_f1"};
  mtt::SweepPlan lower = other;
  CHECK(mtt::apply_tuning(lower, errors).at(0).value == "learning_rate=0.01");
  CHECK(lower.runs.back().tuned == "learning_rate=0.01");
  other.tuning_metric = "t.f1";
  CHECK_THROWS_WITH(mtt::apply_tuning(other, rows), Contains("[sweep.tuning] metric is 't.f1'"));
}

TEST_CASE("values are not chosen on the test set") {
  const TemporaryFolder folder;
  std::string text = kFile;
  text.replace(text.find("dev.jsonl"), 9, "test.jsonl");
  folder.write("sweep.toml", text);
  CHECK_THROWS_WITH(mtt::plan_sweep(folder.path() / "sweep.toml", {}),
                    Contains("chosen on the test set") && Contains("validation set"));
}
