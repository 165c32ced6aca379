#include <map>
#include <string>

#include "catch.h"
#include "every_head.h"

using mtt::Value;

TEST_CASE("predict --top lists the most probable classes, and their probabilities add up to 1") {
  const EveryHead e;
  e.run();
  const std::string texts = "play music\nwake me\n";
  const Outcome plain = mtt_program({"predict", "--model", e.out}, texts);
  const Outcome all = mtt_program({"predict", "--model", e.out, "--top", "all"}, texts);
  INFO(all.err);
  REQUIRE(all.code == 0);
  CHECK_THAT(all.err, Contains("--top: these heads give no class probabilities: 'slots' "
                               "(token_classification), 'loudness' (regression)"));
  CHECK_THAT(plain.out, !Contains("\"top\""));
  const auto rows = lines_of(all.out), before = lines_of(plain.out);
  REQUIRE(rows.size() == 2);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    for (const auto& [task, classes] : std::map<std::string, std::size_t>{{"intent", 3}, {"stars", 3}}) {
      INFO(task);
      const auto& top = rows[i].at(task).at("top").array();
      REQUIRE(top.size() == classes);
      double sum = 0, last = 1;
      for (const Value& entry : top) {
        const double p = entry.at("score").number();
        CHECK(p <= last);
        last = p;
        sum += p;
      }
      CHECK(sum == Approx(1).margin(1e-6));
      CHECK(top[0].at("label").string() == rows[i].at(task).at("label").string());
      CHECK(top[0].at("score").number() == Approx(rows[i].at(task).at("score").number()));
      CHECK(rows[i].at(task).at("score").json() == before[i].at(task).at("score").json());
    }
    const auto& topics = rows[i].at("topics");
    for (const Value& entry : topics.at("top").array())
      CHECK(entry.at("score").number() == topics.at("scores").at(entry.at("label").string()).number());
    CHECK(rows[i].at("slots").find("top") == nullptr);
  }
  const auto two = lines_of(mtt_program({"predict", "--model", e.out, "--top", "2"}, texts).out);
  REQUIRE(two[0].at("intent").at("top").array().size() == 2);
  CHECK(two[0].at("intent").at("top").array()[1].json() == rows[0].at("intent").at("top").array()[1].json());
  const auto pairs = lines_of(mtt_program({"predict", "--model", e.out, "--field", "text", "--top", "1"},
                                          "{\"text\": \"rain\", \"text_pair\": \"wake me\"}\n")
                                  .out);
  CHECK(pairs[0].at("same").at("top").array()[0].at("label").string() ==
        pairs[0].at("same").at("label").string());

  for (const char* wrong : {"0", "-1", "many", "2x"}) {
    const Outcome outcome = mtt_program({"predict", "--model", e.out, "--top", wrong}, texts);
    CHECK(outcome.code == 1);
    CHECK_THAT(outcome.err,
               Contains("--top is '" + std::string(wrong) + "'; expected a number of at least 1, or 'all'"));
  }
  const std::string numbers = e.folder
                                  .write("n.toml", R"([backbone]
model = "./model"
[data]
train = "train.jsonl"
[tasks.loudness]
head = "regression"
)")
                                  .string();
  REQUIRE(mtt_program({"run", numbers, "--out", e.path("numbers")}).code == 0);
  const Outcome none = mtt_program({"predict", "--model", e.path("numbers"), "--top", "3"}, texts);
  CHECK(none.code == 1);
  CHECK(none.out.empty());
  CHECK_THAT(none.err, Contains("--top: the heads give no class probabilities: 'loudness' (regression)"));
}
