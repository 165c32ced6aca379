#include "eval/example_counts.h"

#include <cmath>

#include "catch.h"
#include "mtt/error.h"
#include "value/json.h"

namespace {

std::vector<mtt::Value> json_lines(const char* array) {
  const mtt::Value all = mtt::parse_json(array, "array");
  return all.array();
}

}  // namespace

TEST_CASE("classes are hits, and micro F1 is the accuracy") {
  const auto counts =
      mtt::example_counts(mtt::LabelKind::classes,
                          json_lines(R"([{"label": "a"}, {"label": "b"}, {"label": "b"}, {"label": "a"}])"),
                          json_lines(R"(["a", "a", null, "a"])"));
  CHECK(counts == mtt::ExampleCounts{{1, 1, 1}, {0, 1, 1}, {1, 1, 1}});
  CHECK(mtt::are_hits(counts));
  CHECK(mtt::micro_f1(counts) == Approx(2.0 / 3));
}

TEST_CASE("spans and sets are counted by item") {
  const auto spans = mtt::example_counts(
      mtt::LabelKind::spans,
      json_lines(
          R"([{"entities": [{"start": 0, "end": 2, "label": "x"}, {"start": 3, "end": 4, "label": "y"}]},
                     {"entities": []}])"),
      json_lines(R"([[{"start": 0, "end": 2, "label": "x"}], [{"start": 1, "end": 2, "label": "x"}]])"));
  CHECK(spans == mtt::ExampleCounts{{1, 2, 1}, {0, 0, 1}});
  CHECK(mtt::micro_f1(spans) == Approx(2.0 / 4));
  const auto sets = mtt::example_counts(mtt::LabelKind::sets, json_lines(R"([{"labels": ["a", "b"]}])"),
                                        json_lines(R"([["b", "c", "d"]])"));
  CHECK(sets == mtt::ExampleCounts{{1, 2, 3}});
  CHECK(mtt::example_counts(mtt::LabelKind::numbers, json_lines("[{\"value\": 1}]"), json_lines("[1]"))
            .empty());
}

TEST_CASE("counts survive JSON") {
  mtt::ExampleCounts hits;
  for (int i = 0; i < 11; ++i) hits.push_back({i % 3 == 0, 1, 1});
  const mtt::Value json = mtt::example_counts_json(hits).value();
  CHECK(json.json() == R"({"examples":11,"hits":"924"})");  // 1001 0010 010
  CHECK(mtt::example_counts_from(json) == hits);
  const mtt::ExampleCounts spans = {{1, 2, 1}, {0, 0, 35}};
  const mtt::Value text = mtt::example_counts_json(spans).value();
  CHECK(text.json() == R"({"right":"10","predicted":"20","gold":"1z"})");
  CHECK(mtt::example_counts_from(text) == spans);
  CHECK_FALSE(mtt::example_counts_json({{0, 36, 1}}).has_value());
  CHECK_FALSE(mtt::example_counts_json({{0, 1, 36}}).has_value());
  CHECK(std::isnan(mtt::micro_f1({})));
  CHECK(std::isnan(mtt::micro_f1({{0, 0, 0}})));
  CHECK_THROWS_AS(mtt::example_counts_from(mtt::parse_json(R"({"examples": 9, "hits": "92"})", "x")),
                  mtt::Error);
  CHECK_THROWS_AS(
      mtt::example_counts_from(mtt::parse_json(R"({"right": "1", "predicted": "1", "gold": "11"})", "x")),
      mtt::Error);
}
