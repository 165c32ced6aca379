#include "catch.h"
#include "data/unseen_labels.h"
#include "mtt/error.h"
#include "mtt/label_set.h"

TEST_CASE("a number is read from the text of a cell, and the text stays what it is") {
  using mtt::Value;
  CHECK(mtt::label_number(Value(3)) == 3);
  CHECK(mtt::label_number(Value(0.5)) == 0.5);
  CHECK(mtt::label_number(Value("0.50")) == 0.5);
  CHECK(mtt::label_number(Value("-1e2")) == -100);
  CHECK(mtt::LabelSet::text(Value("007")) == "007");
  CHECK(mtt::LabelSet::text(Value("1e5")) == "1e5");
  for (const char* no : {"", "nan", "NaN", "inf", "007", "1,5", "0.5x", "true", "[1]", "null", "1e999"})
    CHECK_THROWS_AS(mtt::label_number(Value(no)), mtt::Error);
  CHECK_THROWS_AS(mtt::label_number(Value(true)), mtt::Error);
  const mtt::Place place{std::make_shared<const std::string>("f.csv"), 4, 7};
  CHECK_THROWS_WITH(mtt::label_number(Value("n/a").placed(place)),
                    Contains("f.csv:4:7: found \"n/a\", expected a number"));
}

TEST_CASE("labels that a set lacks have numbers of their own in scores") {
  const mtt::LabelSet set({"a", "b"});
  mtt::ScoredLabels numbers(set);
  CHECK(numbers.number("b") == 1);
  CHECK(numbers.number("y") == 2);
  CHECK(numbers.number("x") == 3);
  CHECK(numbers.number("y") == 2);
}

TEST_CASE("held-out labels that a head does not know: classes, sets of classes and spans") {
  using mtt::Value;
  using Counts = std::vector<std::pair<std::string, std::int64_t>>;
  const auto spans = [](const char* label) {
    return Value(Value::Array{Value(Value::Table{{"start", 0}, {"end", 1}, {"label", label}})});
  };
  const mtt::LabelSet known({"a", "1"});
  CHECK(mtt::unseen_labels(mtt::LabelKind::classes, known,
                           {"c", "a", Value(), "c", Value(1), Value(2), Value(2.5)}) ==
        Counts{{"2", 1}, {"2.5", 1}, {"c", 2}});
  CHECK(mtt::unseen_labels(mtt::LabelKind::sets, known,
                           {Value(Value::Array{"a", "d"}), "a", Value(Value::Array{})}) == Counts{{"d", 1}});
  CHECK(mtt::unseen_labels(mtt::LabelKind::spans, known, {spans("e"), spans("a")}) == Counts{{"e", 1}});
  CHECK(mtt::unseen_labels(mtt::LabelKind::other, known, {spans("e"), "c", Value(Value::Table{})}).empty());
}
