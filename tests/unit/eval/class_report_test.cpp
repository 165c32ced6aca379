#include "eval/class_report.h"

#include <cmath>

#include "catch.h"
#include "mtt/error.h"

using mtt::LabelKind;
using mtt::Value;

namespace {

Value label(const char* name) { return Value::Table{{"label", name}, {"score", 0.9}}; }
Value labels(Value::Array names) { return Value::Table{{"labels", std::move(names)}}; }
Value span(int start, int end, const char* name) {
  return Value::Table{{"start", start}, {"end", end}, {"label", name}};
}
Value entities(Value::Array spans) { return Value::Table{{"entities", std::move(spans)}}; }

struct Row {
  const char* label;
  double precision, recall, f1;
  std::int64_t support;
};

void check_classes(const mtt::ClassReport& report, const std::vector<Row>& rows) {
  REQUIRE(report.classes.size() == rows.size());
  const auto same = [](double value, double expected) {
    return std::isnan(expected) ? std::isnan(value) : value == Approx(expected).epsilon(1e-12);
  };
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const mtt::ClassScore& score = report.classes[i];
    INFO(rows[i].label);
    CHECK(score.label == rows[i].label);
    CHECK(same(score.precision, rows[i].precision));
    CHECK(same(score.recall, rows[i].recall));
    CHECK(same(score.f1, rows[i].f1));
    CHECK(score.support == rows[i].support);
  }
}

}  // namespace

// Values of scikit-learn 1.9.1: classification_report(gold, predicted, zero_division=nan).
TEST_CASE("scores of each class are scikit-learn's, in the order of the head's labels") {
  const std::vector<Value> gold = {"a", "a", "a", "b", Value(), "b", "c", "d"};
  const std::vector<Value> predicted = {label("a"), label("b"), label("a"), label("b"),
                                        label("e"), label("b"), label("a"), label("e")};
  const auto report = mtt::class_report(LabelKind::classes, {"never", "e", "c", "b", "a"}, predicted, gold);
  check_classes(report, {{"e", 0, NAN, 0, 0},
                         {"c", NAN, 0, 0, 1},
                         {"b", 2.0 / 3, 1, 0.8, 2},
                         {"a", 2.0 / 3, 2.0 / 3, 2.0 / 3, 3},
                         {"d", NAN, 0, 0, 1}});
  std::string pairs;
  for (const mtt::ClassPair& pair : report.pairs)
    pairs += pair.gold + ">" + pair.predicted + " " + std::to_string(pair.count) + "; ";
  CHECK(pairs == "c>a 1; b>b 2; a>b 1; a>a 2; d>e 1; ");
}

TEST_CASE("classes may be integers, booleans and numbers, as their heads name them") {
  const auto report = mtt::class_report(LabelKind::classes, {}, {label("3"), label("true"), label("0.5")},
                                        {Value(3), Value(true), Value(0.5)});
  check_classes(report, {{"0.5", 1, 1, 1, 1}, {"3", 1, 1, 1, 1}, {"true", 1, 1, 1, 1}});
}

// Values of scikit-learn 1.9.1: classification_report of binarised sets, zero_division=nan.
TEST_CASE("scores of each label of sets are scikit-learn's") {
  const std::vector<Value> gold = {Value(Value::Array{"a", "b"}), "b", Value(Value::Array{"b", "d", "b"}),
                                   Value(Value::Array{})};
  const std::vector<Value> predicted = {labels({"a", "b"}), labels({"a", "b", "c"}), labels({}), labels({})};
  const auto report = mtt::class_report(LabelKind::sets, {"a", "b", "c"}, predicted, gold);
  check_classes(
      report,
      {{"a", 0.5, 1, 2.0 / 3, 1}, {"b", 1, 2.0 / 3, 0.8, 3}, {"c", 0, NAN, 0, 0}, {"d", NAN, 0, 0, 1}});
  CHECK(report.pairs.empty());
}

// Values of seqeval 1.2.2 for [B-x I-x O B-y], [B-y O B-x I-x] and [B-x I-x O B-x], [B-y I-y B-x I-x].
TEST_CASE("scores of each entity label are seqeval's: a span is right where start, end and label are") {
  const std::vector<Value> gold = {Value(Value::Array{span(0, 2, "x"), span(3, 4, "y")}),
                                   Value(Value::Array{span(0, 1, "y"), span(2, 4, "x")})};
  const std::vector<Value> predicted = {entities({span(0, 2, "x"), span(3, 4, "x")}),
                                        entities({span(0, 2, "y"), span(2, 4, "x")})};
  const auto report = mtt::class_report(LabelKind::spans, {"x", "y"}, predicted, gold);
  check_classes(report, {{"x", 2.0 / 3, 1, 0.8, 2}, {"y", 0, 0, 0, 2}});
}

TEST_CASE("numbers and labels of another kind have no classes, and a broken promise is refused") {
  CHECK(mtt::class_report(LabelKind::numbers, {}, {Value(Value::Table{{"value", 1}})}, {Value(1)})
            .classes.empty());
  CHECK(mtt::class_report(LabelKind::other, {}, {"x"}, {Value(Value::Table{})}).classes.empty());
  CHECK_THROWS_AS(mtt::class_report(LabelKind::classes, {}, {labels({"a"})}, {"a"}), mtt::Error);
  CHECK_THROWS_AS(mtt::class_report(LabelKind::classes, {}, {label("a")}, {Value(Value::Table{})}),
                  mtt::Error);
}

TEST_CASE("scores of classes survive JSON, undefined ones as null") {
  const std::vector<mtt::ClassScore> scores = {{"a", NAN, 0.25, 0, 4}, {"b", 1, NAN, 0.5, 0}};
  const Value json = mtt::class_scores_json(scores);
  CHECK(json.json() == R"({"a":{"precision":null,"recall":0.25,"f1":0.0,"support":4},)"
                       R"("b":{"precision":1.0,"recall":null,"f1":0.5,"support":0}})");
  const auto back = mtt::class_scores_from(json);
  CHECK(mtt::class_scores_json(back).json() == json.json());
}
