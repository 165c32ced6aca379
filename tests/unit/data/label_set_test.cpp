#include "mtt/label_set.h"

#include "catch.h"
#include "mtt/error.h"

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
  CHECK_THROWS_WITH(mtt::label_number(Value("-0,5")),
                    Contains("found \"-0,5\", expected a number with a decimal point: -0.5"));
  for (const char* other : {"1,2,3", ",5", "5,", "a,5", "-,5"})
    CHECK_THROWS_WITH(mtt::label_number(Value(other)), !Contains("decimal point"));
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
