#include "catch.h"
#include "program.h"
#include "temporary_folder.h"

namespace {

void write_run(const TemporaryFolder& folder, const std::string& name, int seed, const std::string& policy,
               const std::string& accuracy, const std::string& macro_f1 = "0.1") {
  folder.write(name + "/config.toml", "name = \"same\"\nrun.seed = " + std::to_string(seed) +
                                          "\nfreeze.policy = \"" + policy + "\"\ntrain.epochs = 3\n");
  folder.write(name + "/scores.jsonl",
               "{\"task\": \"intent\", \"file\": \"t\", \"examples\": 2, \"metrics\": {\"accuracy\": " +
                   accuracy + ", \"macro_f1\": " + macro_f1 + "}}\n");
}

}  // namespace

TEST_CASE("compare shows where runs differ and their main scores") {
  const TemporaryFolder folder;
  write_run(folder, "a", 1, "none", "0.5", "0.125");
  write_run(folder, "b", 1, "lora", "0.75", "0.625");
  const std::string a = (folder.path() / "a").string(), b = (folder.path() / "b").string();
  const Outcome outcome = mtt_program({"compare", a, b});
  INFO(outcome.err);
  REQUIRE(outcome.code == 0);
  CHECK_THAT(outcome.out, Contains("freeze.policy") && Contains("intent.accuracy"));
  CHECK_THAT(outcome.out, Contains("none") && Contains("0.5000") && Contains("lora") && Contains("0.7500"));
  CHECK_THAT(outcome.out, !Contains("epochs") && !Contains("macro_f1") && !Contains("run.seed"));
  CHECK_THAT(outcome.out, Contains("\nintent.accuracy  0.5000") && Contains("\nfreeze.policy    none "));
  CHECK(outcome.out.find("intent.accuracy") < outcome.out.find("freeze.policy"));
  const Outcome json = mtt_program({"compare", a, b, "--json"});
  CHECK_THAT(
      json.out,
      Contains(
          R"("differs":{"freeze.policy":"lora"},"scores":{"intent.accuracy":0.75,"intent.macro_f1":0.625})"));
}

TEST_CASE("compare gives mean and deviation of seeds") {
  const TemporaryFolder folder;
  std::vector<std::string> arguments = {"compare"};
  const char* accuracies[] = {"0.25", "0.5", "0.9"};
  for (int seed = 1; seed <= 3; ++seed) {
    const std::string name = "s" + std::to_string(seed);
    write_run(folder, name, seed, "none", accuracies[seed - 1]);
    arguments.push_back((folder.path() / name).string());
  }
  const Outcome outcome = mtt_program(arguments);
  CHECK_THAT(outcome.out, Contains("  mean    standard deviation\n") && Contains("\nintent.accuracy") &&
                              Contains("  0.5500  0.3279\n"));
}

TEST_CASE("compare says what a directory lacks") {
  const TemporaryFolder folder;
  folder.write("half/config.toml", "name = \"x\"\n");
  const Outcome half = mtt_program({"compare", (folder.path() / "half").string()});
  CHECK(half.code == 1);
  CHECK_THAT(half.err, Contains("has no scores.jsonl"));
  const Outcome none = mtt_program({"compare", folder.path().string()});
  CHECK(none.code == 1);
  CHECK_THAT(none.err, Contains("is not a run"));
}
