#include "eval/bootstrap.h"

#include <cmath>

#include "catch.h"

namespace {

mtt::ExampleCounts hits(std::size_t examples, std::size_t right) {
  mtt::ExampleCounts counts;
  for (std::size_t i = 0; i < examples; ++i) counts.push_back({i < right, 1, 1});
  return counts;
}

}  // namespace

TEST_CASE("the bootstrap interval of an accuracy is that of the binomial distribution") {
  const std::vector<double> scores = mtt::bootstrap_scores(hits(900, 720));
  REQUIRE(scores.size() == 1000);
  double mean = 0;
  for (const double score : scores) mean += score / 1000;
  CHECK(mean == Approx(0.8).margin(0.002));
  CHECK(mtt::percentile_half(scores) == Approx(1.96 * std::sqrt(0.8 * 0.2 / 900)).epsilon(0.08));
}

TEST_CASE("samples of two models on one test set are paired") {
  const auto one = mtt::bootstrap_scores(hits(500, 400)), other = mtt::bootstrap_scores(hits(500, 390));
  std::vector<double> differences;
  for (std::size_t i = 0; i < one.size(); ++i) differences.push_back(one[i] - other[i]);
  // Only the ten examples on which the models differ vary: the standard deviation of their share.
  CHECK(mtt::percentile_half(differences) == Approx(1.96 * std::sqrt(0.02 * 0.98 / 500)).epsilon(0.1));
}

TEST_CASE("percentiles are interpolated") {
  std::vector<double> values;
  for (int i = 0; i <= 1000; ++i) values.push_back(i);
  CHECK(mtt::percentile_half(values) == Approx(475));
  CHECK(std::isnan(mtt::percentile_half({})));
  CHECK(mtt::bootstrap_scores({}).empty());
}

TEST_CASE("items are counted over all examples of a sample") {
  mtt::ExampleCounts counts;  // F1 = 2 · 200 / (600 + 400)
  for (int i = 0; i < 200; ++i) counts.push_back({1, 3, 2});
  for (const double score : mtt::bootstrap_scores(counts)) CHECK(score == Approx(0.4));
  for (const double score : mtt::bootstrap_scores({{0, 0, 0}})) CHECK(score == 0);
}
