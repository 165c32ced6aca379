#include "recommend/recommendation.h"

#include "catch.h"

namespace {

mtt::Recommendation recommendation(const std::vector<std::vector<double>>& tasks, double margin = 0.01) {
  std::vector<mtt::StrategyCost> costs = {
      {"the probe", 0.01, 1000}, {"the upper layer", 4, 250'000}, {"full fine-tuning", 12}};
  std::vector<mtt::JudgedTask> judged;
  for (const auto& scores : tasks) {
    mtt::JudgedTask& task = judged.emplace_back();
    task.score = "t" + std::to_string(judged.size()) + ".spearman";
    task.sizes = {0, 100, 100};
    task.validation_examples = 40;
    for (const double score : scores) task.used.push_back({.score = score});
  }
  return mtt::Recommendation::of(std::move(costs), std::move(judged), margin);
}

}  // namespace

TEST_CASE("the reason names the strategy and what it was compared with") {
  CHECK(mtt::recommendation_reason(recommendation({{0.5, 0.6, 0.7}})) ==
        "Choose full fine-tuning: it has the highest predicted score; cheaper strategies are worse by more "
        "than 1.0 "
        "(the probe: 20.0, the upper layer: 10.0).");
  CHECK(mtt::recommendation_reason(recommendation({{0.5, 0.695, 0.7}})) ==
        "Choose the upper layer: full fine-tuning is 0.5 points better, within the margin of 1.0; cheaper "
        "strategies "
        "are worse by more than 1.0 (the probe: 20.0).");
  CHECK(mtt::recommendation_reason(recommendation({{0.7, 0.7, 0.7}})) ==
        "Choose the probe: it has the highest predicted score and is the cheapest.");
}

TEST_CASE("what would decide is named where strategies are not distinguishable") {
  mtt::Recommendation all = recommendation({{0.69, 0.69, 0.7}});
  all.choice.chosen = 0;
  all.choice.examples = 700;
  all.choice.examples_needed = 3512;
  all.choice.strategies[0].standing = mtt::Standing::undecided;
  all.choice.strategies[0].behind_half = 0.018;
  const std::string reason = mtt::recommendation_reason(all);
  CHECK_THAT(reason, Contains("Choose the probe: it is cheaper, and not distinguishable from the best; full "
                              "fine-tuning is 1.0 ± 1.8 points better, with a margin of 1.0."));
  CHECK_THAT(reason, Contains("About 3,600 validation examples instead of 700 would decide."));
  all.choice.examples_needed = 1e9;
  CHECK_THAT(mtt::recommendation_reason(all), Contains("More than 100 times as many validation examples"));
  all.tasks[0].fewer = all.tasks[0].used;
  all.tasks[0].sizes = {25, 100, 400};
  CHECK_THAT(mtt::recommendation_reason(all),
             Contains("or more training examples in the comparison (--examples)."));
}

TEST_CASE("a prediction for many more examples is called rough") {
  mtt::Recommendation all = recommendation({{0.69, 0.69, 0.7}});
  all.tasks[0].fewer = all.tasks[0].used;
  all.tasks[0].sizes = {50, 200, 2000};
  CHECK_THAT(mtt::recommendation_notes(all), !Contains("rough"));
  all.tasks[0].sizes.all = 13085;
  CHECK_THAT(mtt::recommendation_notes(all),
             Contains("rough: it is for 65 times as many examples as were measured"));
}

TEST_CASE("each task has a line, and those with another choice are named") {
  const mtt::Recommendation all = recommendation({{0.9, 0.9, 0.9}, {0.5, 0.7, 0.9}}, 0.11);
  const std::string table = mtt::recommendation_table(all), notes = mtt::recommendation_notes(all);
  CHECK_THAT(table, Contains("the upper layer") && Contains("250,000") && Contains("1.0\n"));
  CHECK_THAT(table, Contains("t1.spearman") && Contains("t2.spearman") && Contains("<0.1"));
  CHECK_THAT(notes, Contains("By t1.spearman alone, the probe would be chosen (good enough).") ||
                        Contains("By t1.spearman alone, the probe would be chosen (best)."));
  CHECK_THAT(notes, Contains("By t2.spearman alone, full fine-tuning would be chosen (best)."));
  CHECK_THAT(notes, Contains("There are no intervals"));
  const mtt::Value json = mtt::recommendation_json(all);
  CHECK(json.at("strategy").string() == "the upper layer");
  CHECK(json.at("tasks").array()[1].at("strategy").string() == "full fine-tuning");
  CHECK(json.at("strategies").array()[0].at("behind").number() == Approx(0.2));
  CHECK(json.at("strategies").array()[0].at("behind_half").is(mtt::Value::Kind::null));
  CHECK(json.at("strategies").array()[1].at("stored_mb").number() == Approx(1));
}
