#include "recommend/comparison_file.h"

#include "catch.h"
#include "sweep/sweep_plan.h"
#include "temporary_folder.h"
#include "value/toml.h"

namespace {

constexpr const char* kFile = R"([backbone]
model = "m"
[data]
train = "train.jsonl"
dev = "dev.jsonl"
test = "test.jsonl"
[tasks.a]
head = "classification"
init = "none"
[tasks.b]
head = "token_classification"
dev = "b_dev.jsonl"
)";

constexpr const char* kTrain = R"([train]
epochs = 20
patience = 3
batch_size = 8
learning_rate = 3e-5
[freeze]
policy = "lora"
[weighting]
method = "static"
weights = { a = 2.0, b = 1.0 }
[sweep]
seeds = 7
)";

struct Files : TemporaryFolder {
  std::string path_of(const std::string& name) const { return (path() / name).string(); }
  mtt::Experiment read(const std::string& text) const {
    write("e.toml", text);
    return mtt::Experiment::read(path() / "e.toml", {});
  }
  std::vector<mtt::ComparedTask> tasks() const {
    return {{"a", path_of("train.jsonl"), path_of("dev.jsonl"), 50, 200, 900},
            {"b", path_of("train.jsonl"), path_of("b_dev.jsonl"), 50, 200, 900}};
  }
};

std::string text_of(const mtt::Value& file, const std::string& key) {
  return file.find(key) ? file.at(key).json() : "";
}

}  // namespace

TEST_CASE("the strategies have the learning rates of their depth, or the file's own") {
  const Files files;
  const auto rates = [&](const std::string& text, std::int64_t layers) {
    std::vector<double> found;
    for (const mtt::Strategy& one : strategies_of(files.read(text), layers, mtt::ProbeNeeds::training, 2))
      found.push_back(one.tables.at("train").at("learning_rate").number());
    return found;
  };
  CHECK(rates(kFile, 6) == std::vector<double>{2e-4, 1e-3, 2e-4});
  CHECK(rates(kFile, 12) == std::vector<double>{2e-4, 5e-4, 2e-4});
  CHECK(rates(std::string(kFile) + kTrain, 6) == std::vector<double>(3, 3e-5));
  for (const auto& [layers, upper] :
       std::vector<std::pair<int, int>>{{1, 1}, {2, 1}, {6, 2}, {12, 4}, {24, 8}})
    CHECK(strategies_of(files.read(kFile), layers, mtt::ProbeNeeds::fitting, 2)[1]
              .tables.at("freeze")
              .at("layers")
              .integer() == upper);
}

TEST_CASE("the comparison is a sweep on the validation sets that names no test set") {
  const Files files;
  for (const std::string& text : {std::string(kFile), std::string(kFile) + kTrain}) {
    const mtt::Experiment experiment = files.read(text);
    const auto strategies = strategies_of(experiment, 6, mtt::ProbeNeeds::fitting, 2);
    const std::string toml = mtt::toml_text(comparison_file(experiment, files.tasks(), strategies, 1));
    INFO(toml);
    CHECK_THAT(toml, !Contains("test.jsonl"));
    files.write("sweep.toml", toml);
    const mtt::SweepPlan plan = mtt::plan_sweep(files.path() / "sweep.toml", {});
    CHECK(plan.shape.arms ==
          std::vector<std::string>{"probe-50", "top_2-50", "full-50", "probe-200", "top_2-200", "full-200"});
    REQUIRE(plan.runs.size() == 6);
    const auto read = [&](std::size_t run) {
      return mtt::Experiment::read(files.path() / "sweep.toml", plan.runs[run].overrides);
    };
    const mtt::Experiment few = read(1), full = read(5);
    CHECK(few.freeze.string("policy") == "top_layers");
    CHECK(few.freeze.integer("layers") == 2);
    CHECK(few.tasks[0].options.integer("train_examples") == 50);
    CHECK(full.tasks[1].options.integer("train_examples") == 200);
    CHECK(full.freeze.string("policy") == "none");
    CHECK(full.train.integer("epochs") == 2);
    CHECK(full.train.integer("patience") == 0);
    CHECK(full.train.integer("batch_size") == (experiment.trains ? 8 : 16));
    CHECK(full.tasks[0].options.string("init") == "auto");
    CHECK(full.tasks[1].options.strings("test") == std::vector<std::string>{files.path_of("b_dev.jsonl")});
    CHECK(full.tasks[1].options.string("dev").empty());
    CHECK(full.weighting.string("method") == (experiment.trains ? "static" : "equal"));
  }
}

TEST_CASE("without a second size there is one arm for each strategy") {
  const Files files;
  std::vector<mtt::ComparedTask> tasks = files.tasks();
  for (mtt::ComparedTask& task : tasks) task.fewer = 0;
  const mtt::Experiment experiment = files.read(kFile);
  const auto strategies = strategies_of(experiment, 6, mtt::ProbeNeeds::no_training, 2);
  files.write("sweep.toml", mtt::toml_text(comparison_file(experiment, tasks, strategies, 3)));
  const mtt::SweepPlan plan = mtt::plan_sweep(files.path() / "sweep.toml", {});
  CHECK(plan.shape.arms == std::vector<std::string>{"probe-200", "top_2-200", "full-200"});
  CHECK(plan.runs.size() == 9);
  CHECK_FALSE(mtt::Experiment::read(files.path() / "sweep.toml", plan.runs[0].overrides).trains);
}

TEST_CASE("the recommended file is the experiment with the strategy") {
  const Files files;
  const mtt::Experiment experiment = files.read(std::string(kFile) + kTrain);
  const auto strategies = strategies_of(experiment, 6, mtt::ProbeNeeds::fitting, 2);
  const auto read = [&](std::size_t strategy) {
    files.write("r.toml", mtt::toml_text(recommended_file(experiment, strategies[strategy])));
    return mtt::Experiment::read(files.path() / "r.toml", {});
  };
  const mtt::Experiment probe = read(0), upper = read(1), full = read(2);
  CHECK_FALSE(probe.trains);
  for (const char* key : {"train", "freeze", "weighting", "sweep"}) CHECK(text_of(probe.source, key).empty());
  CHECK(probe.name() == "e");
  CHECK(probe.data.strings("test") == std::vector<std::string>{files.path_of("test.jsonl")});
  CHECK(probe.data.string("dev") == files.path_of("dev.jsonl"));
  CHECK(upper.freeze.string("policy") == "top_layers");
  CHECK(upper.train.integer("epochs") == 20);
  CHECK(upper.train.integer("patience") == 3);
  CHECK(full.freeze.string("policy") == "none");
  CHECK(full.tasks[0].options.string("init") == "auto");
  CHECK(full.weighting_own.at("weights").at("a").number() == 2);
}
