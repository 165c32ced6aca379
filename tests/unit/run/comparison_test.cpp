#include "run/comparison.h"

#include <cmath>

#include "catch.h"
#include "mtt/error.h"
#include "temporary_folder.h"

namespace {

using mtt::Value;
using Table = std::vector<std::vector<std::string>>;

mtt::RunSummary run(const std::string& directory, std::int64_t seed, std::int64_t epochs, double accuracy) {
  return {directory,
          Value(Value::Table{{"name", directory},
                             {"run", Value(Value::Table{{"seed", seed}, {"out", directory}})},
                             {"train", Value(Value::Table{{"epochs", epochs}})}}),
          {{"intent.accuracy", accuracy}, {"intent.macro_f1", 0.1}}};
}

}  // namespace

TEST_CASE("runs that differ in their seeds alone have a mean and a standard deviation") {
  const Table table = mtt::comparison_table({run("a", 1, 3, 0.25), run("b", 2, 3, 0.5), run("c", 3, 3, 0.9)});
  CHECK(table == Table{{"run", "a", "b", "c", "mean", "standard deviation"},
                       {"intent.accuracy", "0.2500", "0.5000", "0.9000", "0.5500", "0.3279"},
                       {"run.seed", "1", "2", "3", "", ""}});
}

TEST_CASE("other differences are rows, and there is no mean of unlike runs") {
  const Table table = mtt::comparison_table({run("a", 1, 3, 0.25), run("b", 2, 4, 0.5), run("c", 3, 3, 0.9)});
  CHECK(table == Table{{"run", "a", "b", "c"},
                       {"intent.accuracy", "0.2500", "0.5000", "0.9000"},
                       {"run.seed", "1", "2", "3"},
                       {"train.epochs", "3", "4", "3"}});
  CHECK(mtt::comparison_table({run("a", 1, 3, 0.25), run("b", 2, 3, 0.5)})[0].size() ==
        3);  // two are too few
}

TEST_CASE("a score that a run lacks or that is undefined is a dash") {
  mtt::RunSummary none = run("b", 1, 3, std::nan(""));
  mtt::RunSummary other = run("c", 1, 3, 0.5);
  other.scores = {{"slots.entity_f1", 0.75}};
  const Table table = mtt::comparison_table({run("a", 1, 3, 0.25), none, other});
  REQUIRE(table.size() == 3);
  CHECK(table[1] == std::vector<std::string>{"intent.accuracy", "0.2500", "-", "-"});
  CHECK(table[2] == std::vector<std::string>{"slots.entity_f1", "-", "-", "0.7500"});
}

TEST_CASE("scores of a run are read, those of several test files under the names of these") {
  const TemporaryFolder folder;
  folder.write("config.toml", "name = \"x\"\n");
  folder.write(
      "scores.jsonl",
      R"({"task": "a", "file": "in/one.jsonl", "examples": 2, "metrics": {"accuracy": 0.5}, "probe": {"accuracy": 0.25}}
{"task": "a", "file": "in/two.jsonl", "examples": 2, "metrics": {"accuracy": null}, "probe": null}
{"task": "b", "file": "in/two.jsonl", "examples": 2, "metrics": {"pearson": 1}}
)");
  const mtt::RunSummary summary = mtt::summarise_run(folder.path());
  REQUIRE(summary.scores.size() == 3);
  CHECK(summary.scores[0] == std::pair<std::string, double>{"a (one).accuracy", 0.5});
  CHECK(summary.scores[1].first == "a (two).accuracy");
  CHECK(std::isnan(summary.scores[1].second));
  CHECK(summary.scores[2] == std::pair<std::string, double>{"b.pearson", 1});
  REQUIRE(summary.probes.size() == 2);
  const auto names = [&](const std::string& first, const std::string& second) {
    folder.write("scores.jsonl", R"({"task": "a", "file": ")" + first +
                                     R"(", "metrics": {"accuracy": 1}})"
                                     "\n"
                                     R"({"task": "a", "file": ")" +
                                     second +
                                     R"(", "metrics": {"accuracy": 1}})"
                                     "\n");
    const auto scores = mtt::summarise_run(folder.path()).scores;
    return scores.at(0).first + " " + scores.at(1).first;
  };
  CHECK(names("in/t.jsonl", "in/t.csv") == "a (t.jsonl).accuracy a (t.csv).accuracy");
  CHECK(names("in/t.jsonl", "out/t.jsonl") == "a (in/t).accuracy a (out/t).accuracy");
  CHECK(names("in/t.jsonl", "out/t.csv") == "a (in/t).accuracy a (out/t).accuracy");
  CHECK(summary.probes[0].second == 0.25);
  CHECK(std::isnan(summary.probes[1].second));
}
