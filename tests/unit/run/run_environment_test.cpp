#include "run/run_environment.h"

#include "catch.h"
#include "temporary_folder.h"

TEST_CASE("an environment survives its file, and counts a file of two tasks once") {
  const TemporaryFolder folder;
  CHECK_FALSE(mtt::read_environment(folder.path()).has_value());
  mtt::RunEnvironment environment = mtt::this_environment(3, 1.5);
  environment.add_data("training", "/a/train.jsonl", "intent", 160);
  environment.add_data("training", "/a/train.jsonl", "slots", 160);
  environment.add_data("test", "/a/train.jsonl", "intent", 160);
  folder.write("environment.json", mtt::environment_json(environment).json());
  const auto read = mtt::read_environment(folder.path());
  REQUIRE(read.has_value());
  CHECK(read->threads == 3);
  CHECK(read->seconds == 1.5);
  CHECK(read->machine == environment.machine);
  CHECK(read->finished.size() == 20);
  CHECK(!read->mtt.empty());
  CHECK(!read->libtorch.empty());
  REQUIRE(read->data.size() == 2);
  CHECK(read->data[0].tasks == std::vector<std::string>{"intent", "slots"});
  CHECK(read->data[0].examples == 160);
  CHECK(read->data[1].use == "test");
  folder.write("environment.json", mtt::environment_json(mtt::this_environment(1, std::nullopt)).json());
  CHECK_FALSE(mtt::read_environment(folder.path())->seconds.has_value());
}
