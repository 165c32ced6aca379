#include "sweep/sweep_plan.h"

#include <set>

#include "catch.h"
#include "mtt/error.h"
#include "temporary_folder.h"

namespace {

const std::string kBase = R"([backbone]
model = "m"

[tasks.t]
head = "classification"
test = "t.jsonl"

[train]
epochs = 2

[run]
seed = 7

)";

mtt::SweepPlan plan(const std::string& sweep, const std::vector<mtt::Override>& overrides = {},
                    const std::string& base = kBase) {
  const TemporaryFolder folder;
  folder.write("base.toml", base + sweep);
  return mtt::plan_sweep(folder.path() / "base.toml", overrides);
}

std::string refusal(const std::string& sweep, const std::string& base = kBase) {
  try {
    plan(sweep, {}, base);
  } catch (const mtt::Error& error) {
    return error.what();
  }
  return "";
}

std::vector<std::string> assignments(const mtt::SweepRun& run) {
  std::vector<std::string> result;
  for (const auto& change : run.overrides) result.push_back(change.assignment);
  return result;
}

}  // namespace

TEST_CASE("a sweep is the product of seeds, points and arms") {
  const auto sweep = plan(R"([sweep]
seeds = 2
baseline = "all"
[sweep.grid]
train.batch_size = [4, 8]
train.learning_rate = [1e-3, 1e-4]
[sweep.arms]
probe = { freeze.policy = "backbone" }
all = {}
[sweep.arms.low]
train.learning_rates = { "backbone.layers.0-1" = 0.0, heads = 1.0 }
)");
  REQUIRE(sweep.runs.size() == 2 * 4 * 3);
  CHECK(sweep.shape.arms == std::vector<std::string>{"probe", "all", "low"});
  CHECK(sweep.shape.points[1].label == "batch_size=4 learning_rate=1e-04");
  CHECK(sweep.shape.points[1].values == std::vector<double>{4, 1e-4});
  CHECK(sweep.shape.axis.empty());
  CHECK(sweep.runs[0].title() == "probe, batch_size=4 learning_rate=0.001, seed 7");
  CHECK(assignments(sweep.runs[0]) == std::vector<std::string>{"train.batch_size=4",
                                                               "train.learning_rate=0.001",
                                                               "freeze.policy=\"backbone\"", "run.seed=7"});
  CHECK(assignments(sweep.runs[2])[2] == "train.learning_rates={\"backbone.layers.0-1\" = 0.0, heads = 1.0}");
  CHECK(sweep.runs[12].seed == 8);
  std::set<std::string> folders;
  for (const auto& run : sweep.runs) {
    folders.insert(run.folder());
    CHECK(run.folder().find('/') == std::string::npos);
  }
  CHECK(folders.size() == sweep.runs.size());
}

TEST_CASE("without arms the points are compared, and without a grid the seeds are all there is") {
  const auto grid = plan("[sweep]\nseeds = 3\n[sweep.grid]\nfreeze.layers = [1, 2]\n");
  CHECK(grid.shape.arms == std::vector<std::string>{"layers=1", "layers=2"});
  CHECK(grid.shape.baseline == "layers=1");
  CHECK(grid.shape.points.size() == 1);
  const auto seeds = plan("[sweep]\nseeds = 3\n");
  CHECK(seeds.runs.size() == 3);
  CHECK(seeds.shape.arms == std::vector<std::string>{"base"});
  const auto axis = plan("[sweep.grid]\ntrain.epochs = [1, 2]\n[sweep.arms]\na = {}\n");
  CHECK(axis.shape.axis == "epochs");
  CHECK(axis.runs.size() == 10);
}

TEST_CASE("a shape survives JSON") {
  const auto shape =
      plan(
          "[sweep]\nmetrics = [\"a.b\"]\n[sweep.grid]\ntrain.epochs = [1, 2]\n[sweep.arms]\na = {}\nb = {}\n")
          .shape;
  CHECK(mtt::shape_json(mtt::shape_from_json(mtt::shape_json(shape))).json() ==
        mtt::shape_json(shape).json());
  CHECK(mtt::shape_json(shape).json().find("\"baseline\":\"a\"") != std::string::npos);
}

TEST_CASE("what cannot be swept is refused at its place") {
  CHECK_THAT(refusal(""), Contains("there is no [sweep]"));
  CHECK_THAT(refusal("[sweep]\n", "[backbone]\nmodel = \"m\"\n"), Contains("has no task"));
  CHECK_THAT(refusal("[sweep]\nseeds = 0\n"), Contains("base.toml:15:") && Contains("1 to 1000"));
  CHECK_THAT(refusal("[sweep]\nseed = 3\n"), Contains("did you mean 'seeds'?"));
  CHECK_THAT(refusal("[sweep.arms]\na = { freeze.polcy = \"none\" }\n"),
             Contains("base.toml:15:") && Contains("did you mean 'policy'?"));
  CHECK_THAT(refusal("[sweep.arms]\na = 3\n"),
             Contains("base.toml:15:") && Contains("the arm 'a' is not a table"));
  CHECK_THAT(refusal("[sweep.arms]\n\"a/b\" = {}\n"), Contains("not a valid name for an arm"));
  CHECK_THAT(refusal("[sweep.grid]\ntrain.epochs = 3\n"), Contains("a grid needs an array of values"));
  CHECK_THAT(refusal("[sweep.grid]\ntrain.epochs = []\n"), Contains("a grid needs an array of values"));
  CHECK_THAT(refusal("[sweep.grid]\ntrain.epochs = [1, 1]\n"), Contains("has the value 1 twice"));
  CHECK_THAT(refusal("[sweep.grid]\nrun.seed = [1, 2]\n"), Contains("varied by the sweep"));
  CHECK_THAT(refusal("[sweep.arms]\na = { run.threads = 2 }\n"), Contains("give --threads and --jobs"));
  CHECK_THAT(refusal("[sweep.arms]\na = { sweep.seeds = 2 }\n"), Contains("cannot vary [sweep]"));
  CHECK_THAT(refusal("[sweep]\nbaseline = \"b\"\n[sweep.arms]\na = {}\n"),
             Contains("baseline is \"b\"; expected one of the arms 'a'"));
  CHECK_THROWS_WITH(plan("[sweep]\nseeds = 2\n", {{"run.seed=9223372036854775807", "--set"}}),
                    Contains("is too large for 2 seeds"));
  std::string many = "[sweep.grid]\n";
  for (const char* key :
       {"epochs", "batch_size", "save_every", "evaluate_every", "patience", "steps_per_epoch"})
    many += std::string("train.") + key + " = [1,2,3,4,5,6,7,8,9,10]\n";
  CHECK_THAT(refusal(many), Contains("more than 10000 combinations"));
  CHECK_THAT(refusal("[sweep]\nseeds = 1000\n[sweep.grid]\ntrain.epochs = [1,2,3,4,5,6,7,8,9,10,11]\n"),
             Contains("more than 10000 runs"));
}

TEST_CASE("times are those of a sweep in the directory beside this one's") {
  CHECK(plan("[sweep]\ntimes = \"short\"\n[sweep.arms.a]\n").shape.times == "short");
  const mtt::SweepShape shape = plan("[sweep]\ntimes = \"short\"\n[sweep.arms.a]\n").shape;
  CHECK(mtt::shape_from_json(mtt::shape_json(shape)).times == "short");
  CHECK_THAT(refusal("[sweep]\ntimes = \"../short\"\n[sweep.arms.a]\n"), Contains("is a path"));
}
