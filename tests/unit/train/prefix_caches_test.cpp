#include "train/prefix_caches.h"

#include <ATen/TensorOperators.h>

#include "catch.h"
#include "mixed_training.h"
#include "temporary_folder.h"

namespace {

void check_close(const std::vector<double>& one, const std::vector<double>& other) {
  REQUIRE(one.size() == other.size());
  REQUIRE_FALSE(one.empty());
  for (std::size_t i = 0; i < one.size(); ++i) CHECK(one[i] == Approx(other[i]).epsilon(1e-6));
}

}  // namespace

TEST_CASE("cached and uncached training have the same losses, also where the frontier moves") {
  struct Case {
    std::string freeze;
    std::vector<mtt::Phase> phases;
  };
  const auto phase = [](std::int64_t epoch, int frozen) {
    std::vector<mtt::FreezeRule> rules = {{"*", true}, {"backbone.embeddings", false}};
    if (frozen > 0) rules.push_back({"backbone.layers.0-" + std::to_string(frozen - 1), false});
    return mtt::Phase{std::to_string(frozen), epoch, rules};
  };
  const std::vector<Case> cases = {
      {"policy = \"backbone\"", {}},
      {"policy = \"bottom_layers\"\nlayers = 3", {}},
      {"policy = \"gradual\"", {}},
      {"policy = \"none\"", {phase(0, 1), phase(1, 2), phase(2, 3), phase(3, 4)}},
      {"policy = \"none\"", {phase(0, 3), phase(1, 1), phase(2, 2), phase(3, 4)}},
      {"policy = \"autofreeze\"\nintervals = 2", {}},
  };
  for (const bool dense : {false, true}) {
    for (const Case& c : cases) {
      INFO(c.freeze << " " << c.phases.size() << " dense " << dense);
      const TemporaryFolder folder;
      SmallTraining training = mixed();
      training.dense = dense;
      training.phases = c.phases;
      const auto with = [&](const std::string& cache) {
        training.tables = "[freeze]\n" + c.freeze + "\n[cache]\n" + cache + "\n";
        return training.run();
      };
      const auto none = with("where = \"none\""), memory = with("where = \"memory\""),
                 disk = with("where = \"disk\"\ndirectory = \"" + (folder.path() / "c").string() + "\"");
      const auto again = with("where = \"disk\"\ndirectory = \"" + (folder.path() / "c").string() + "\"");
      CHECK(none.events.caches.empty());
      CHECK_FALSE(memory.events.caches.empty());
      CHECK(again.events.found_cache());
      for (const SmallTask& task : kMixed) {
        check_close(memory.losses(task.name), none.losses(task.name));
        check_close(disk.losses(task.name), none.losses(task.name));
        check_close(again.losses(task.name), none.losses(task.name));
      }
    }
  }
}

TEST_CASE("pooled vectors alone are kept where only sentence heads learn") {
  SmallTraining training;
  training.train = "epochs = 3\n" + kSteady;
  const auto with = [&](const std::string& cache) {
    training.tables = "[freeze]\npolicy = \"backbone\"\n[cache]\nwhere = \"" + cache + "\"\n";
    return training.run();
  };
  check_close(with("memory").losses("a"), with("none").losses("a"));
}

TEST_CASE("a cache on disk is found by a second run, and not by one with other weights") {
  const TemporaryFolder folder;
  SmallTraining training = mixed();
  training.tables =
      "[freeze]\npolicy = \"bottom_layers\"\nlayers = 2\n[cache]\nwhere = \"disk\"\ndirectory = \"" +
      (folder.path() / "c").string() + "\"\n";
  CHECK_FALSE(training.run().events.found_cache());
  CHECK(training.run().events.found_cache());
  training.model_key = "other plugin or truncation";
  CHECK_FALSE(training.run().events.found_cache());
  training.model_key = "key";
  training.before = [](mtt::MultiTaskModel& model) {
    for (auto& [name, tensor] : model.parameters())
      if (name == "backbone.layers.1.ffn.norm.bias") tensor.add_(1);
  };
  CHECK_FALSE(training.run().events.found_cache());
  training.before = [](mtt::MultiTaskModel& model) {  // above the frontier: no matter
    for (auto& [name, tensor] : model.parameters())
      if (name == "backbone.layers.2.ffn.norm.bias" || name.starts_with("heads.")) tensor.add_(1);
  };
  CHECK(training.run().events.found_cache());
}
