#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "catch.h"
#include "program.h"
#include "temporary_folder.h"
#include "tiny_model.h"
#include "value/json.h"

namespace fs = std::filesystem;

namespace {

const char kConfig[] = R"([backbone]
model = "./model"

[data]
train = "train.jsonl"
test = "test.jsonl"

[tasks.intent]
head = "classification"

[tasks.slots]
head = "token_classification"

[tasks.loudness]
head = "regression"
)";

const char kTrain[] =
    R"({"text": "play some music", "intent": "play", "loudness": 0.5, "slots": [{"start": 10, "end": 15, "label": "what"}]}
{"text": "play music louder", "intent": "play", "loudness": 1.0, "slots": [{"start": 5, "end": 10, "label": "what"}]}
{"text": "play rain now", "intent": "play", "loudness": 0.4, "slots": [{"start": 5, "end": 9, "label": "what"}]}
{"text": "loud rain", "intent": "play", "loudness": 0.9, "slots": [{"start": 5, "end": 9, "label": "what"}]}
{"text": "wake me up", "intent": "alarm", "loudness": 0.1, "slots": []}
{"text": "wake me at six", "intent": "alarm", "loudness": 0.2, "slots": []}
{"text": "me up at six now", "intent": "alarm", "loudness": 0.2, "slots": []}
{"text": "up now", "intent": "alarm", "loudness": 0.3, "slots": []}
)";

struct Experiment {
  TemporaryFolder folder;
  std::string config = (folder.path() / "e.toml").string();

  explicit Experiment(const std::string& more = "") {
    write_tiny_model(folder.path() / "model");
    folder.write("e.toml", kConfig + more);
    folder.write("train.jsonl", kTrain);
    folder.write("test.jsonl", kTrain);
  }
  fs::path out(const std::string& name) const { return folder.path() / name; }
  Outcome run(const std::string& name, const std::vector<std::string>& settings = {}) const {
    std::vector<std::string> arguments = {"run", config, "--out", out(name).string(), "--threads", "1"};
    for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
    return mtt_program(arguments);
  }
  Outcome done(const std::string& name, const std::vector<std::string>& settings = {}) const {
    Outcome outcome = run(name, settings);
    INFO(outcome.err << outcome.out);
    REQUIRE(outcome.code == 0);
    return outcome;
  }
  Outcome sweep() const {
    return mtt_program({"sweep", config, "--out", out("sweep").string(), "--threads", "1"});
  }
  std::string file(const std::string& name) const { return file_text(folder.path() / name); }
  std::string head(const std::string& run, const std::string& task) const {
    return file(run + "/heads/" + task + "/model.safetensors");
  }
  mtt::Value cost(const std::string& run) const { return mtt::parse_json(file(run + "/cost.json"), "cost"); }
};

const char kTrainTable[] = R"(
[train]
epochs = 2
batch_size = 4
learning_rate = 0.01
dropout = 0.0
)";

}  // namespace

TEST_CASE("heads start as probes by default, and every place says which") {
  const Experiment e;
  const Outcome outcome = e.done("run");
  CHECK_THAT(outcome.out, Contains("task     intent: classification, init logistic (auto), 8 examples") &&
                              Contains("task     loudness: regression, init ridge (auto)") &&
                              Contains("probe    slots: logistic, fitted on 8 examples, C = "));
  CHECK_THAT(e.file("run/config.toml"), Contains("init = \"logistic\"") && Contains("init = \"ridge\""));
  const Outcome shown = mtt_program({"config", "show", e.config});
  CHECK_THAT(shown.out,
             Contains("tasks.intent.init = \"logistic\"") && Contains("tasks.loudness.init = \"ridge\""));
  CHECK_THAT(mtt_program({"predict", "--model", e.out("run").string()}, "play rain\n").out,
             !Contains("untrained"));
}

TEST_CASE("the start does not depend on the seed") {
  const Experiment e;
  e.done("one", {"run.seed=1"});
  e.done("two", {"run.seed=2"});
  for (const char* task : {"intent", "slots", "loudness"}) CHECK(e.head("one", task) == e.head("two", task));
}

TEST_CASE("without epochs heads are fitted, and nothing is trained") {
  const Experiment e(kTrainTable);
  const Outcome outcome = e.done("none", {"train.epochs=0", "tasks.intent.init=ridge"});
  CHECK_THAT(outcome.out, Contains("no optimizer steps for intent, slots, loudness: [train] epochs is 0"));
  const mtt::Value cost = e.cost("none");
  CHECK(cost.at("steps").integer() == 0);
  CHECK(cost.at("seconds").number() == cost.at("fitting_seconds").number());
  CHECK(cost.at("seconds").number() > 0);
  CHECK_FALSE(cost.at("probes").find("intent"));
  const Experiment fitted;
  fitted.done("fitted", {"tasks.intent.init=ridge"});
  for (const char* task : {"intent", "slots", "loudness"})
    CHECK(e.head("none", task) == fitted.head("fitted", task));
  CHECK_FALSE(fs::exists(e.out("none") / "backbone"));
}

TEST_CASE("a run that reads its probes from a folder has their cost, too, but not that of a baseline") {
  const Experiment e(kTrainTable);
  const std::string folder = (e.folder.path() / "probes").string();
  const auto seconds = [&](const std::string& name, const std::vector<std::string>& settings) {
    std::vector<std::string> arguments = {"run", e.config, "--out", e.out(name).string(), "--probes", folder};
    for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
    REQUIRE(mtt_program(arguments).code == 0);
    return e.cost(name).at("fitting_seconds").number();
  };
  const double first = seconds("first", {});
  CHECK(first > 0);
  CHECK(seconds("second", {}) == first);
  CHECK(seconds("random", {"tasks.intent.init=none", "tasks.slots.init=none", "tasks.loudness.init=none"}) ==
        0);
}

TEST_CASE("where all that heads read is frozen, the fit is the training") {
  const Experiment e(kTrainTable);
  const Outcome outcome = e.done("frozen", {"freeze.policy=backbone"});
  CHECK_THAT(outcome.out,
             Contains("no optimizer steps for intent, slots, loudness: what the head reads is frozen"));
  CHECK(e.cost("frozen").at("steps").integer() == 0);
  CHECK(e.cost("frozen").at("learning_parameters").integer() > 0);
  const Experiment fitted;
  fitted.done("fitted");
  for (const char* task : {"intent", "slots", "loudness"})
    CHECK(e.head("frozen", task) == fitted.head("fitted", task));

  const Outcome mixed = e.done("mixed", {"freeze.policy=backbone", "tasks.intent.init=none"});
  CHECK_THAT(mixed.out, Contains("no optimizer steps for slots, loudness: ") && Contains("trained 4 steps"));
  CHECK(e.cost("mixed").at("learning_parameters").integer() ==
        e.cost("frozen").at("learning_parameters").integer());
  const std::string planned =
      mtt_program({"run", e.config, "--check", "--verbose", "--set", "freeze.policy=backbone", "--set",
                   "tasks.intent.init=none", "--out", e.out("planned").string()})
          .out;
  const auto row = [&](const std::string& tensor) {
    const std::size_t at = planned.find("heads." + tensor);
    REQUIRE(at != std::string::npos);
    return planned.substr(at, planned.find('\n', at) - at);
  };
  CHECK_THAT(row("intent."), Contains("trainable"));
  CHECK_THAT(row("slots."), Contains("frozen"));
  CHECK_THAT(row("loudness."), Contains("frozen"));
  CHECK(e.head("mixed", "slots") == e.head("frozen", "slots"));
  CHECK(e.head("mixed", "intent") != e.head("frozen", "intent"));
}

TEST_CASE("a probe stands beside every trained score") {
  const Experiment e(kTrainTable);
  const Outcome outcome = e.done("run", {"tasks.intent.init=none"});
  CHECK_THAT(outcome.out, Contains("Scores of the probes, before training") && Contains("  probe "));
  for (const char* task : {"intent", "slots", "loudness"}) {
    const mtt::Value probe = e.cost("run").at("probes").at(task);
    CHECK(probe.at("seconds").is(mtt::Value::Kind::number));
    REQUIRE(probe.at("scores").table().size() == 1);
    CHECK(fs::path(probe.at("scores").table().front().key).filename() == "test.jsonl");
    CHECK_FALSE(probe.at("scores").table().front().value.table().empty());
  }
  std::string scores = e.file("run/scores.jsonl");
  const auto row = mtt::parse_json(scores.substr(0, scores.find('\n')), "row");
  CHECK(row.at("probe").at("accuracy").number() >= 0.5);
  CHECK_FALSE(fs::exists(e.out("run") / "probes"));

  const Outcome worse =
      e.done("worse", {"train.head_learning_rate=100.0", "train.schedule=constant", "train.warm_up=0.0"});
  CHECK_THAT(worse.err, Contains("below its probe's") && Contains("lower train.learning_rate"));
}

TEST_CASE("kept probes are those of the features that a head reads") {
  const Experiment e(kTrainTable);
  const std::string kept = e.out("kept").string();
  const auto run = [&](const std::string& name, const std::string& pooling) {
    const Outcome outcome =
        mtt_program({"run", e.config, "--out", e.out(name).string(), "--threads", "1", "--probes", kept,
                     "--set", "backbone.pooling=" + pooling, "--set", "freeze.policy=backbone"});
    INFO(outcome.err << outcome.out);
    REQUIRE(outcome.code == 0);
    return e.head(name, "intent");
  };
  const auto count = [&] { return std::distance(fs::directory_iterator(kept), fs::directory_iterator()); };
  const std::string mean = run("mean", "mean");
  const auto after_one = count();
  CHECK(run("again", "mean") == mean);
  CHECK(count() == after_one);
  CHECK(run("cls", "cls") != mean);
  CHECK(count() > after_one);
}

TEST_CASE("a sweep has a row for an arm whose fit is the training") {
  const Experiment e(
      std::string(kTrainTable) +
      "[sweep]\nseeds = 1\n\n[sweep.arms]\ntune = {}\nprobe = { freeze.policy = \"backbone\" }\n");
  const Outcome outcome = e.sweep();
  INFO(outcome.err << outcome.out);
  REQUIRE(outcome.code == 0);
  const std::string rows = e.file("sweep/runs.jsonl");
  CHECK(std::count(rows.begin(), rows.end(), '\n') == 2);
  for (std::size_t at = 0; at < rows.size(); at = rows.find('\n', at) + 1)
    CHECK(mtt::parse_json(rows.substr(at, rows.find('\n', at) - at), "row").at("error").string().empty());
}

TEST_CASE("a regression is fitted with the penalty that it is given") {
  const Experiment e(kTrainTable);
  const auto with = [&](const std::string& name, const std::string& setting) {
    const Outcome outcome = e.done(name, {"freeze.policy=backbone", setting});
    CHECK_THAT(outcome.out, Contains("no optimizer steps for intent, slots, loudness"));
    return e.head(name, "loudness");
  };
  const std::string strong = with("strong", "tasks.loudness.penalty=1e-6");
  CHECK(with("weak", "tasks.loudness.penalty=10.0") != strong);
  CHECK(with("auto", "tasks.loudness.penalty=auto") != strong);
  const Outcome refused = e.run("refused", {"tasks.loudness.penalty=1.0", "tasks.loudness.init=ridge"});
  CHECK(refused.code == 1);
  CHECK_THAT(refused.err, Contains("chooses its own penalty"));
}

TEST_CASE("LP-FT is fine-tuning from fitted heads, and says what it needs") {
  const Experiment e(kTrainTable);
  e.done("none", {"freeze.policy=none"});
  e.done("lp_ft", {"freeze.policy=probe_then_tune"});
  CHECK(e.head("none", "intent") == e.head("lp_ft", "intent"));
  CHECK(e.file("none/backbone.safetensors") == e.file("lp_ft/backbone.safetensors"));
  const Outcome refused = e.run("refused", {"freeze.policy=probe_then_tune", "tasks.slots.init=none"});
  CHECK(refused.code == 1);
  CHECK_THAT(refused.err, Contains("begins with fitted heads, but task 'slots' starts with random weights"));
  e.done("heads_first", {"freeze.policy=probe_then_tune", "freeze.epochs=1", "tasks.slots.init=none"});
}

TEST_CASE("frozen heads keep their fit, gradual unfreezing starts above them") {
  const Experiment e(kTrainTable);
  e.done("heads", {"freeze.policy=heads", "freeze.heads=[\"intent\"]"});
  const Experiment fitted;
  fitted.done("fitted");
  CHECK(e.head("heads", "intent") == fitted.head("fitted", "intent"));
  CHECK(e.head("heads", "slots") != fitted.head("fitted", "slots"));
  CHECK_THAT(e.done("gradual", {"freeze.policy=gradual"}).out, Contains("step 0  layer 1 and above"));
}

TEST_CASE("an init or a penalty that a head does not know is refused") {
  const Experiment e;
  const auto refused = [&](const std::string& setting, const std::string& with) {
    const Outcome outcome = e.run("refused", {setting});
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err, Contains(with));
  };
  refused("tasks.intent.init=linear",
          "is one of \"auto\", \"none\", \"logistic\", \"class_means\", \"ridge\"");
  refused("tasks.intent.penalty=-1.0", "'penalty' in [tasks.intent] is -1");
  refused("tasks.intent.penalty=\"some\"", "expected one of");
}

TEST_CASE("a head that nothing trains is named") {
  const Experiment e;
  CHECK_THAT(e.done("run", {"tasks.intent.init=none"}).err,
             Contains("task 'intent': its head has random weights, so its predictions are meaningless"));
}

TEST_CASE("a sweep's key knows the resolved configuration of its run and nothing else") {
  const auto key = [](const std::string& table, const std::vector<std::string>& settings = {}) {
    const Experiment e(kTrainTable + table);
    std::vector<std::string> arguments = {"sweep", e.config, "--check"};
    for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
    const std::string text = mtt_program(arguments).out;
    const auto at = text.find("(key ");
    REQUIRE(at != std::string::npos);
    return text.substr(at, text.find(')', at) - at);
  };
  const std::string sweep = "[sweep]\nseeds = 1\n[sweep.arms]\na = { train.epochs = 3 }\n";
  const std::string base = key(sweep);
  CHECK_THAT(base, Contains(", version 3"));
  CHECK(key(sweep + "b = {}\n") == base);
  CHECK(key(sweep, {"sweep.seeds=4"}) == base);
  CHECK(key(sweep, {"name=other"}) == base);
  CHECK(key(sweep, {"train.beta1=0.9"}) == base);  // the default, spelled out
  CHECK(key(sweep, {"tasks.intent.init=logistic"}) == base);
  CHECK(key(sweep, {"train.beta1=0.8"}) != base);
  CHECK(key(sweep, {"run.seed=8"}) != base);
  CHECK(key(sweep, {"tasks.intent.dropout=0.2"}) != base);
  CHECK(key(sweep, {"tasks.intent.text=other"}) != base);
  CHECK(key(sweep, {"data.train=" MTT_SOURCE "/configs/data/assistant_train.jsonl"}) != base);
  CHECK(key("[sweep]\nseeds = 1\n[sweep.arms]\na = { train.epochs = 4 }\n") != base);
}

TEST_CASE("arms that are the same training are named") {
  const Experiment e(
      std::string(kTrainTable) +
      "[sweep]\nseeds = 1\n[sweep.arms]\nall = {}\nlp_ft = { freeze.policy = \"probe_then_tune\" }\n");
  const Outcome outcome = e.sweep();
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.err, Contains("the arms 'all' and 'lp_ft' have the same scores in every run"));
}

TEST_CASE("rows with keys of another version are refused in one sentence") {
  const Experiment e(std::string(kTrainTable) + "[sweep]\nseeds = 1\n");
  const std::string out = e.out("sweep").string();
  REQUIRE(e.sweep().code == 0);
  CHECK_THAT(mtt_program({"sweep", e.config, "--out", out}).out, Contains("1 of them already complete"));
  std::string rows = e.file("sweep/runs.jsonl");
  const std::string version = "\"key_version\":3,";
  rows.erase(rows.find(version), version.size());
  e.folder.write("sweep/runs.jsonl", rows);
  const Outcome refused = mtt_program({"sweep", e.config, "--out", out});
  CHECK(refused.code == 1);
  CHECK_THAT(refused.err, Contains("(key_version 1, expected 3)"));
}
