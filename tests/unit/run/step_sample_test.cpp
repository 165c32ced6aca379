#include "run/step_sample.h"

#include <algorithm>

#include "catch.h"
#include "unit/train/small_model.h"

TEST_CASE("a sample holds the examples of its steps once, with their labels") {
  const auto model = small_model({{"a"}, {"b"}});
  std::vector<mtt::TrainingSource> sources = {small_source("one", {0}, 6), small_source("two", {0, 1}, 5)};
  for (mtt::TrainingSource& source : sources)
    for (std::size_t e = 0; e < source.tokens.size(); ++e) source.texts[e] = "text " + std::to_string(e);
  mtt::StepSample sample(sources, *model);
  sample.add_step({{0, {4, 2}}, {1, {3}}});
  sample.add_step({{0, {2, 5, 4}}});
  CHECK((sample.steps() ==
         std::vector<std::vector<mtt::SourceBatch>>{{{0, {0, 1}}, {1, {0}}}, {{0, {1, 2, 0}}}}));
  CHECK(sample.sources()[0].texts == std::vector<std::string>{"text 4", "text 2", "text 5"});
  CHECK(sample.sources()[1].texts == std::vector<std::string>{"text 3"});
  for (std::size_t s = 0; s < sources.size(); ++s) {
    CHECK(sample.sources()[s].file == sources[s].file);
    CHECK(sample.sources()[s].tasks == sources[s].tasks);
  }
  for (std::size_t t = 0; t < 2; ++t)
    CHECK(sample.sources()[1].labels[t].at(0).json() == sources[1].labels[t].at(3).json());
}

TEST_CASE("the longest texts of a sample fill one micro-batch, and one of them is always taken") {
  const auto model = small_model({{"a"}});
  const std::vector<mtt::TrainingSource> sources = {small_source("one", {0}, 12)};
  std::vector<std::int64_t> lengths;
  for (const mtt::TokenizedText& text : sources[0].tokens) lengths.push_back(text.length());
  std::sort(lengths.rbegin(), lengths.rend());
  const auto longest = [&](std::int64_t tokens) {
    mtt::StepSample sample(sources, *model);
    sample.add_longest(tokens);
    REQUIRE(sample.steps().size() == 1);
    return sample.steps()[0].at(0).examples.size();
  };
  CHECK(longest(1) == 1);
  CHECK(longest(lengths[0] + lengths[1]) == 2);
  CHECK(longest(lengths[0] + lengths[1] + lengths[2] - 1) == 2);
  CHECK(longest(1000) == 12);
}
