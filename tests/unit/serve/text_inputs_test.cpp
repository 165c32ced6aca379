#include "serve/text_inputs.h"

#include "catch.h"
#include "value/json.h"

namespace {

mtt::Value json(const char* text) { return mtt::parse_json(text, "body"); }

using Seconds = std::vector<std::optional<std::string>>;

}  // namespace

TEST_CASE("texts and token ids are read alone and as lists") {
  const mtt::TextInputs text = mtt::texts_or_ids(json(R"("a")"), 10);
  CHECK((text.single && text.texts == std::vector<std::string>{"a"}));
  const mtt::TextInputs texts = mtt::texts_or_ids(json(R"(["a", ""])"), 10);
  CHECK((!texts.single && texts.texts == std::vector<std::string>{"a", ""}));
  const mtt::TextInputs ids = mtt::texts_or_ids(json("[1, 9.0]"), 10);
  CHECK((ids.single && ids.token_ids == std::vector<std::vector<std::int32_t>>{{1, 9}}));
  const mtt::TextInputs lists = mtt::texts_or_ids(json("[[1], [2, 3]]"), 10);
  CHECK((!lists.single && lists.token_ids == std::vector<std::vector<std::int32_t>>{{1}, {2, 3}}));
  CHECK(lists.size() == 2);
  CHECK(mtt::texts_or_ids(json("[]"), 10).size() == 0);
}

TEST_CASE("inputs of other kinds are refused") {
  for (const char* wrong : {"1", "{}", "true", "[true]", "[null]", "[\"a\", 1]", "[1, \"a\"]", "[[1], \"a\"]",
                            "[[]]", "[10]", "[-1]", "[1.5]", "[99999999999]"}) {
    INFO(wrong);
    CHECK_THROWS_WITH(mtt::texts_or_ids(json(wrong), 10), Contains("body:1:"));
  }
  for (const char* wrong : {"1", "[1]", "[[]]", "[[\"a\", \"b\", \"c\"]]", "[\"a\", \"b\", \"c\"]",
                            "[[\"a\"], \"b\"]", "[\"a\", 1]", "[\"a\"]"}) {
    INFO(wrong);
    CHECK_THROWS_WITH(mtt::one_or_batch(json(wrong)), Contains("body:1:"));
  }
  for (const char* wrong : {"1", "[1]", "[[]]", "[[\"a\", \"b\", \"c\"]]", "[\"a\", {}]", "[[\"a\"]]"}) {
    INFO(wrong);
    CHECK_THROWS_WITH(mtt::texts_and_pairs(json(wrong)), Contains("body:1:"));
  }
}

TEST_CASE("two strings are one pair for /predict, and two texts for /tasks") {
  const mtt::TextInputs pair = mtt::one_or_batch(json(R"(["a", "b"])"));
  CHECK((pair.single && pair.texts == std::vector<std::string>{"a"} && pair.second_texts == Seconds{"b"}));
  const mtt::TextInputs texts = mtt::texts_and_pairs(json(R"(["a", "b"])"));
  CHECK((!texts.single && texts.size() == 2 && texts.second_texts.empty()));
  const mtt::TextInputs batch = mtt::one_or_batch(json(R"([["a"], ["b", "c"]])"));
  CHECK((batch.size() == 2 && batch.second_texts == Seconds{std::nullopt, "c"}));
  const mtt::TextInputs mixed = mtt::texts_and_pairs(json(R"(["a", ["b", "c"], "d"])"));
  CHECK((mixed.size() == 3 && mixed.second_texts == Seconds{std::nullopt, "c", std::nullopt}));
}
