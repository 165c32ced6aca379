#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "probe_experiment.h"

namespace fs = std::filesystem;

TEST_CASE("heads start as probes by default, and every place says which") {
  const ProbeExperiment e;
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
  const ProbeExperiment e;
  e.done("one", {"run.seed=1"});
  e.done("two", {"run.seed=2"});
  for (const char* task : {"intent", "slots", "loudness"}) CHECK(e.head("one", task) == e.head("two", task));
}

TEST_CASE("where all that heads read is frozen, the fit is the training") {
  const ProbeExperiment e(kTrainTable);
  const Outcome outcome = e.done("frozen", {"freeze.policy=backbone"});
  CHECK_THAT(outcome.out,
             Contains("no optimizer steps for intent, slots, loudness: what the head reads is frozen"));
  CHECK(e.cost("frozen").at("steps").integer() == 0);
  CHECK(e.cost("frozen").at("learning_parameters").integer() > 0);
  const ProbeExperiment fitted;
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
  const ProbeExperiment e(kTrainTable);
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
  const ProbeExperiment e(kTrainTable);
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
  const ProbeExperiment e(
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
  const ProbeExperiment e(kTrainTable);
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
  const ProbeExperiment e(kTrainTable);
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
  const ProbeExperiment e(kTrainTable);
  e.done("heads", {"freeze.policy=heads", "freeze.heads=[\"intent\"]"});
  const ProbeExperiment fitted;
  fitted.done("fitted");
  CHECK(e.head("heads", "intent") == fitted.head("fitted", "intent"));
  CHECK(e.head("heads", "slots") != fitted.head("fitted", "slots"));
  CHECK_THAT(e.done("gradual", {"freeze.policy=gradual"}).out, Contains("step 0  layer 1 and above"));
}

TEST_CASE("an init or a penalty that a head does not know is refused") {
  const ProbeExperiment e;
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
  const ProbeExperiment e;
  CHECK_THAT(e.done("run", {"tasks.intent.init=none"}).err,
             Contains("task 'intent': its head has random weights, so its predictions are meaningless"));
}

TEST_CASE("a sweep's key knows the resolved configuration of its run and nothing else") {
  const auto key = [](const std::string& table, const std::vector<std::string>& settings = {}) {
    const ProbeExperiment e(kTrainTable + table);
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
  const ProbeExperiment e(
      std::string(kTrainTable) +
      "[sweep]\nseeds = 1\n[sweep.arms]\nall = {}\nlp_ft = { freeze.policy = \"probe_then_tune\" }\n");
  const Outcome outcome = e.sweep();
  CHECK(outcome.code == 0);
  CHECK_THAT(outcome.err, Contains("the arms 'all' and 'lp_ft' have the same scores in every run"));
}

TEST_CASE("rows with keys of another version are refused in one sentence") {
  const ProbeExperiment e(std::string(kTrainTable) + "[sweep]\nseeds = 1\n");
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
