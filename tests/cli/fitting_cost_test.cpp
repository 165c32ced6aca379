#include <filesystem>
#include <string>
#include <vector>

#include "probe_experiment.h"

namespace fs = std::filesystem;

TEST_CASE("without epochs heads are fitted, and nothing is trained") {
  const ProbeExperiment e(kTrainTable);
  const Outcome outcome = e.done("none", {"train.epochs=0", "tasks.intent.init=ridge"});
  CHECK_THAT(outcome.out, Contains("no optimizer steps for intent, slots, loudness: [train] epochs is 0"));
  const mtt::Value cost = e.cost("none");
  CHECK(cost.at("steps").integer() == 0);
  CHECK(cost.at("seconds").number() == cost.at("fitting_seconds").number());
  CHECK(cost.at("seconds").number() > 0);
  CHECK_FALSE(cost.at("probes").find("intent"));
  const ProbeExperiment fitted;
  fitted.done("fitted", {"tasks.intent.init=ridge"});
  for (const char* task : {"intent", "slots", "loudness"})
    CHECK(e.head("none", task) == fitted.head("fitted", task));
  CHECK_FALSE(fs::exists(e.out("none") / "backbone"));
  CHECK_THAT(outcome.out, !Contains("then trained"));
  const Outcome random = e.done("random", {"train.epochs=0", "tasks.intent.init=none"});
  CHECK_THAT(random.err,
             Contains("task 'intent': its head has random weights") && Contains("set epochs in [train]"));
}

TEST_CASE("a run that reads its probes from a folder has their cost, too, but not that of a baseline") {
  const ProbeExperiment e(kTrainTable);
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
