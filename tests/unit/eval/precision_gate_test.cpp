#include "eval/precision_gate.h"

#include <limits>
#include <vector>

#include "catch.h"
#include "mtt/error.h"

using mtt::PrecisionGate;
using mtt::ScorePair;

namespace {

std::vector<double> cosines(std::size_t count, double value) { return std::vector<double>(count, value); }

PrecisionGate gate_of(const ScorePair& score) {
  return {mtt::cosine_figures(cosines(1000, 0.9995)), {score}};
}

ScorePair head(std::int64_t examples, double fp32, double reduced, std::int64_t equal) {
  return {.task = "t",
          .file = "test.jsonl",
          .metric = "accuracy",
          .examples = examples,
          .fp32 = fp32,
          .reduced = reduced,
          .equal = equal,
          .predictions = examples};
}

}  // namespace

TEST_CASE("cosines are summarised by mean, 0.1 % quantile and minimum") {
  std::vector<double> values = cosines(2001, 1.0);
  values[7] = 0.5;
  values[9] = 0.7;
  values[11] = 0.9;
  const mtt::CosineFigures figures = mtt::cosine_figures(values);
  CHECK(figures.texts == 2001);
  CHECK(figures.smallest == 0.5);
  CHECK(figures.quantile == Approx(0.9));  // the third of 2001
  CHECK(figures.mean == Approx((1998 + 2.1) / 2001));
  CHECK_THROWS_AS(mtt::cosine_figures({}), mtt::Error);
}

TEST_CASE("the gate asks for enough texts and for near vectors") {
  CHECK(mtt::gate_failures({mtt::cosine_figures(cosines(1000, 0.9981)), {}}).empty());
  CHECK_THAT(mtt::gate_failures({mtt::cosine_figures(cosines(999, 1)), {}}).at(0), Contains("999 texts"));
  CHECK_THAT(mtt::gate_failures({mtt::cosine_figures(cosines(1000, 0.9979)), {}}).at(0),
             Contains("mean cosine"));
  std::vector<double> some = cosines(1000, 0.9999);
  some[0] = some[1] = some[2] = 0.98;
  CHECK_THAT(mtt::gate_failures({mtt::cosine_figures(some), {}}).at(0), Contains("0.1 % quantile"));
}

TEST_CASE("a head may lose 0.2 points on many examples, and few decisions on few") {
  CHECK(mtt::gate_failures(gate_of(head(500, 0.9, 0.8981, 400))).empty());
  CHECK(mtt::gate_failures(gate_of(head(500, 0.9, 0.95, 400))).empty());  // a gain
  CHECK_THAT(mtt::gate_failures(gate_of(head(500, 0.9, 0.8979, 500))).at(0),
             Contains("t accuracy is 0.8979, in fp32 0.9000; expected a loss of at most 0.002"));
  CHECK(mtt::gate_failures(gate_of(head(400, 0.9, 0.8, 398))).empty());
  CHECK_THAT(mtt::gate_failures(gate_of(head(400, 0.9, 0.9, 397))).at(0),
             Contains("397 of 400 predictions are equal to those in fp32; expected at least 99.5 %"));
  CHECK_THAT(mtt::gate_text(gate_of(head(400, 0.9, 0.9, 397))), Contains("few examples"));
  CHECK_THAT(mtt::gate_failures(gate_of(head(64, 0.9, 0.9, 63))).at(0),
             Contains("63 of 64 predictions") && Contains("expected all"));
  CHECK_THAT(mtt::gate_failures(gate_of(head(500, 0, 0, 500))).at(0), Contains("is 0 in fp32"));
}

TEST_CASE("a loss of exactly 0.2 points is accepted, whatever its binary rounding") {
  for (const std::int64_t examples : {500, 1000, 2000})
    for (std::int64_t right = examples / 2; right <= examples; ++right) {
      const auto share = [&](std::int64_t count) {
        return static_cast<double>(count) / static_cast<double>(examples);
      };
      const std::int64_t lost = examples / 500;
      INFO(right << " of " << examples);
      CHECK(mtt::gate_failures(gate_of(head(examples, share(right), share(right - lost), examples))).empty());
      CHECK_FALSE(mtt::gate_failures(gate_of(head(examples, share(right), share(right - lost - 1), examples)))
                      .empty());
    }
}

TEST_CASE("similarities may lose 0.3 points, and errors 0.2 % of their size") {
  ScorePair similarity = head(100, 0.9, 0.8971, 0);
  similarity.is_similarity = true;
  similarity.predictions = 0;
  CHECK(mtt::gate_failures(gate_of(similarity)).empty());
  similarity.reduced = 0.8969;
  CHECK_FALSE(mtt::gate_failures(gate_of(similarity)).empty());
  ScorePair error = head(100, 5, 5.009, 0);
  error.predictions = 0;
  error.higher_is_better = false;
  CHECK(mtt::gate_failures(gate_of(error)).empty());
  error.reduced = 5.011;
  CHECK_FALSE(mtt::gate_failures(gate_of(error)).empty());
  error.reduced = 4;
  CHECK(mtt::gate_failures(gate_of(error)).empty());
}

TEST_CASE("a score that is undefined in fp32 decides nothing") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(mtt::gate_failures(gate_of(head(500, nan, nan, 500))).empty());
  CHECK_FALSE(mtt::gate_failures(gate_of(head(500, 0.9, nan, 500))).empty());
  CHECK_NOTHROW(mtt::gate_json(gate_of(head(500, nan, nan, 500))).json());
  CHECK_THAT(mtt::gate_text(gate_of(head(500, nan, nan, 500))), Contains("undefined"));
}

TEST_CASE("a gate that is not passed is an error with all reasons") {
  CHECK_NOTHROW(mtt::require_gate(gate_of(head(500, 0.9, 0.9, 500)), "int8"));
  PrecisionGate gate = gate_of(head(500, 0.9, 0.8, 500));
  gate.cosines.texts = 5;
  CHECK_THROWS_WITH(mtt::require_gate(gate, "int8"), Contains("int8 is not close enough") &&
                                                         Contains("5 texts") &&
                                                         Contains("is 0.8000, in fp32 0.9000"));
}
