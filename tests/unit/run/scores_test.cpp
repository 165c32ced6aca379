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
