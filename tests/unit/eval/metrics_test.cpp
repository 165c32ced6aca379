#include "mtt/metrics.h"

#include <cmath>
#include <numeric>

#include "catch.h"

using mtt::entities;
using mtt::TagScheme;
using Tags = std::vector<std::string>;

namespace {

double f1(const std::vector<Tags>& gold, const std::vector<Tags>& predicted, TagScheme scheme) {
  std::vector<std::vector<mtt::Entity>> g, p;
  for (const Tags& tags : gold) g.push_back(entities(tags, scheme));
  for (const Tags& tags : predicted) p.push_back(entities(tags, scheme));
  return mtt::entity_f1(p, g).f1;
}

}  // namespace

TEST_CASE("accuracy and macro-F1 by hand") {
  CHECK(mtt::accuracy({1, 2, 3}, {1, 2, 2}) == Approx(2.0 / 3));
  CHECK(std::isnan(mtt::accuracy({}, {})));
  // class 0: tp 1 fp 1 fn 0 -> 2/3; class 1: tp 1 fp 0 fn 1 -> 2/3; class 2: only predicted nowhere, gold
  // once -> 0
  CHECK(mtt::macro_f1({0, 0, 1, 1}, {0, 1, 1, 2}) == Approx((2.0 / 3 + 0.5 + 0) / 3));
}

// The reference's own table: default mode against mode="strict", scheme=IOB2.
TEST_CASE("entities as seqeval counts them, in both modes") {
  const auto both = [](const Tags& gold, const Tags& predicted, double loose, double strict) {
    CHECK(f1({gold}, {predicted}, TagScheme::conlleval) == Approx(loose));
    CHECK(f1({gold}, {predicted}, TagScheme::strict_iob2) == Approx(strict));
  };
  both({"B-X", "I-X", "O"}, {"I-X", "I-X", "O"}, 1, 0);
  both({"O", "B-X"}, {"O", "I-X"}, 1, 0);
  both({"B-X", "B-X"}, {"B-X", "I-X"}, 0, 0);
  both({"O"}, {"O"}, 0, 0);
  CHECK(f1({{"B-X"}, {"O"}}, {{"B-X"}, {"I-X"}}, TagScheme::conlleval) == Approx(2.0 / 3));
  CHECK(f1({{"B-X"}, {"O"}}, {{"B-X"}, {"I-X"}}, TagScheme::strict_iob2) == Approx(1));
}

TEST_CASE("correlations: known values, ties, and what has none") {
  const std::vector<double> tenths(30, 0.1);
  std::vector<double> rising(30);
  std::iota(rising.begin(), rising.end(), 0.0);
  CHECK(std::isnan(mtt::pearson(rising, tenths)));
  CHECK(std::isnan(mtt::pearson(tenths, tenths)));
  CHECK(mtt::pearson({1, 2, 3, 4}, {2, 4, 6, 8.5}) == Approx(10.75 / std::sqrt(5 * 23.1875)));
  CHECK(mtt::spearman({1, 2, 3, 4}, {1, 8, 27, 64}) == Approx(1));
  CHECK(mtt::spearman({1, 2, 2, 3}, {1, 2, 3, 4}) == Approx(0.9486833));
  CHECK(std::isnan(mtt::spearman({1, 1, 1}, {1, 2, 3})));
  CHECK(std::isnan(mtt::spearman({1}, {1})));
  CHECK(std::isnan(mtt::spearman({1, NAN}, {1, 2})));
}

TEST_CASE("F1 of sets has scikit-learn's values") {
  // labels 0: tp 1 fp 1; 1: tp 2 fn 1; 2: fp 1; 3: fn 1
  const mtt::SetF1 f1 = mtt::set_f1({{0, 1}, {0, 1, 2}, {}}, {{0, 1}, {1}, {1, 3}});
  CHECK(f1.micro == Approx(2 * 3.0 / (5 + 5)));
  CHECK(f1.macro == Approx((2.0 / 3 + 4.0 / 5 + 0 + 0) / 4));
  CHECK(mtt::set_f1({{}}, {{}}).micro == 1);
  CHECK(std::isnan(mtt::set_f1({}, {}).micro));
}

TEST_CASE("the quadratic kappa has known values") {
  CHECK(mtt::quadratic_kappa({0, 1, 2, 3}, {0, 1, 2, 3}) == Approx(1));
  CHECK(mtt::quadratic_kappa({0, 3}, {3, 0}) == Approx(-1));
  CHECK(mtt::quadratic_kappa({1, 2, 2, 0}, {1, 1, 2, 0}) == Approx(1 - 1.0 / (9 + 6 - 2 * 5 * 4 / 4.0)));
  CHECK(std::isnan(mtt::quadratic_kappa({2, 2}, {2, 2})));
  CHECK(std::isnan(mtt::quadratic_kappa({}, {})));
}
