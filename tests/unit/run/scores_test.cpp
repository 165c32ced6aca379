#include "run/scores.h"

#include <cmath>

#include "catch.h"
#include "mtt/error.h"

namespace {

mtt::TaskScore score() {
  return {.task = "intent",
          .file = "data/in.jsonl",
          .examples = 3,
          .metrics = {{"accuracy", 0.5}, {"spearman", std::nan("")}}};
}

}  // namespace

TEST_CASE("a line of scores has four digits, and names what is undefined") {
  CHECK(mtt::score_text(score()) ==
        "intent        accuracy 0.5000  spearman undefined  (3 examples of in.jsonl)\n");
  mtt::TaskScore probed = score();
  probed.probe = {{"accuracy", 0.25}};
  CHECK_THAT(mtt::score_text(probed), Contains("  probe 0.2500  (3 examples"));
  probed.probe = std::vector<mtt::Metric>{};
  CHECK_THAT(mtt::score_text(probed), Contains("  probe -  (3 examples"));
  CHECK(mtt::score_text({.task = "a", .file = "f"}) == "a             no score  (0 examples of f)\n");
}

TEST_CASE("a row of scores has null where a score is undefined") {
  CHECK(
      mtt::score_json(score()).json() ==
      R"({"task":"intent","file":"data/in.jsonl","examples":3,"metrics":{"accuracy":0.5,"spearman":null}})");
}

TEST_CASE("a head must give metrics of different names") {
  const mtt::Task task{.name = "intent", .plugin = "mood", .reading = {}, .head = nullptr};
  const auto check = [&](const std::vector<mtt::Metric>& metrics, const std::string& part) {
    CHECK_THROWS_WITH(mtt::checked_metrics(task, metrics),
                      Contains("task 'intent': the head 'mood'") && Contains(part));
  };
  check({}, "no metric");
  check({{"f1", 1}, {"f1", 0}}, "two metrics of the name \"f1\"");
  check({{"", 1}}, "without a name");
  CHECK(mtt::checked_metrics(task, {{"f1", 1}, {"accuracy", 0}}).size() == 2);
}
