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

TEST_CASE("held-out labels that training lacks: classes, sets of classes and spans, but no numbers") {
  using mtt::Value;
  using Counts = std::vector<std::pair<std::string, std::int64_t>>;
  const auto span = [](const char* label) {
    return Value(Value::Array{Value(Value::Table{{"start", 0}, {"end", 1}, {"label", label}})});
  };
  CHECK(mtt::unseen_labels({"a", Value(), "b"}, {"c", "a", Value(), "c"}) == Counts{{"c", 2}});
  CHECK(mtt::unseen_labels({Value(Value::Array{"a"})}, {Value(Value::Array{"a", "d"})}) == Counts{{"d", 1}});
  CHECK(mtt::unseen_labels({span("a")}, {span("e"), Value(Value::Array{})}) == Counts{{"e", 1}});
  CHECK(mtt::unseen_labels({Value(1), Value("0.5")}, {Value(3)}).empty());
  CHECK(mtt::unseen_labels({"1", "many"}, {Value(3)}) == Counts{{"3", 1}});
}
