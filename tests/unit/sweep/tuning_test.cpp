#include "sweep/tuning.h"

#include <cmath>
#include <filesystem>

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
  CHECK_THROWS_WITH(mtt::apply_tuning(plan, rows),
                    Contains("tuning learning_rate=0.01, seed 1001' has no result"));
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

TEST_CASE("scores that are undefined, runs that failed and scores of all tasks together choose nothing") {
  const TemporaryFolder folder;
  folder.write("sweep.toml", kFile);
  const mtt::SweepPlan plan = mtt::plan_sweep(folder.path() / "sweep.toml", {});
  std::vector<mtt::SweepRow> rows = {scored(plan.tuning[0], 0.5), scored(plan.tuning[1], std::nan("")),
                                     scored(plan.tuning[2], 0.9)};
  rows[2].error = "the loss is not finite";
  rows[1].scores.emplace_back("all tasks (dev).exact_match", 1);
  mtt::SweepPlan first = plan;
  const auto chosen = mtt::apply_tuning(first, rows);
  CHECK(chosen.at(0).value == "learning_rate=1e-04");
  CHECK(chosen.at(0).failed == "learning_rate=0.01");
  rows[0].scores.emplace_back("u.accuracy", 0.1);  // means 0.3 and 0.5, whatever all tasks together have
  rows[1] = scored(plan.tuning[1], 0.2);
  rows[1].scores.emplace_back("u.accuracy", 0.8);
  rows[0].scores.emplace_back("all tasks (dev).exact_match", 1);
  mtt::SweepPlan second = plan;
  CHECK(mtt::apply_tuning(second, rows).at(0).value == "learning_rate=0.001");
  for (mtt::SweepRow& row : rows) row.error = "broke";
  mtt::SweepPlan third = plan;
  CHECK_THROWS_WITH(mtt::apply_tuning(third, rows), Contains("failed: learning_rate=1e-04"));
}

TEST_CASE("each point of the grid has its own value") {
  const TemporaryFolder folder;
  std::string text = kFile;
  text.replace(text.find(", data.train_examples = 10"), 26, "");
  folder.write("sweep.toml", text + "[sweep.grid]\ndata.train_examples = [20, 40]\n");
  mtt::SweepPlan plan = mtt::plan_sweep(folder.path() / "sweep.toml", {});
  REQUIRE(plan.tuning.size() == 6);
  std::vector<mtt::SweepRow> rows;
  for (std::size_t i = 0; i < 6; ++i) rows.push_back(scored(plan.tuning[i], i == 2 || i == 4 ? 0.9 : 0.1));
  const auto chosen = mtt::apply_tuning(plan, rows);
  REQUIRE(chosen.size() == 2);
  CHECK(chosen[0].at_edge);
  CHECK_FALSE(chosen[1].at_edge);
  for (const mtt::SweepRun& run : plan.runs) {
    CHECK(sets(run, "train.learning_rate=0.01") == (run.arm == "tuned" && run.point == "train_examples=20"));
    CHECK(sets(run, "train.learning_rate=0.001") == (run.arm == "tuned" && run.point == "train_examples=40"));
  }
}

TEST_CASE("a value to try is set nowhere else, and no test set is varied") {
  const TemporaryFolder folder;
  const auto refused = [&](const std::string& from, const std::string& to, const std::string& message) {
    std::string text = kFile;
    text.replace(text.find(from), from.size(), to);
    folder.write("sweep.toml", text);
    CHECK_THROWS_WITH(mtt::plan_sweep(folder.path() / "sweep.toml", {}), Contains(message));
  };
  refused("freeze.policy = \"bitfit\"", "train.learning_rate = 0.5",
          "which the arm itself sets to one value");
  refused("data.train_examples = 10", "train.learning_rate = 0.5", "which set in [sweep.tuning] sets");
  refused("[sweep.arms]", "[sweep.grid]\ntrain.learning_rate = [1e-4, 1e-2]\n[sweep.arms]",
          "which the grid varies");
  refused("train.learning_rate = [1e-4, 1e-3, 1e-2]", "tasks.t.test = [\"a.jsonl\", \"b.jsonl\"]",
          "varies a test set");
  refused("tune = { train.learning_rate = [1e-4, 1e-3, 1e-2] }", "tune = {}", "expected a table of keys");
  refused("dev.jsonl", "train.jsonl", "chosen on the training set");
  refused("data.test = \"dev.jsonl\"", "data.test = \"./sub/../test.jsonl\"", "chosen on the test set");
  refused("data.test = \"dev.jsonl\"", "tasks.t.test = \"test.jsonl\"", "chosen on the test set");
  refused("[sweep]\n", "[run]\nseed = 1000\n[sweep]\n", "the seed of tuning runs");
  folder.write("test.jsonl", "");
  std::filesystem::create_symlink(folder.path() / "test.jsonl", folder.path() / "link.jsonl");
  refused("dev.jsonl", "link.jsonl", "chosen on the test set");
}
