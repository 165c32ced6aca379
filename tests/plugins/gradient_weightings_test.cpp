#include <algorithm>
#include <map>

#include "weightings.h"

namespace {

const mtt::Value kGradientMode = option("mode", "gradient");
const mtt::Value kUnclipped = option("max_norm", 0.0);

double worst_case(const Rows& rows, const Numbers& mean, double radius, const Numbers& w) {
  const Numbers g = combined(rows, w);
  return dot(g, mean) + radius * norm(g);
}

}  // namespace

TEST_CASE("pcgrad: known answers; three tasks depend on the order") {
  check_near(shared("pcgrad", kA), {1, 2});
  check_near(shared("pcgrad", kT), {0.584795, 3.801170, 3.801170});
  std::map<std::vector<long>, int> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    std::vector<long> rounded;
    for (const double x : shared("pcgrad", kB, {}, seed)) rounded.push_back(std::lround(x * 1e6));
    ++seen[rounded];
  }
  REQUIRE(seen.size() == 4);
  for (const long x : {-500000L, 500000L}) {
    CHECK(seen.count({x, -700000, 1600000}) == 1);
    CHECK(seen.count({x, -300000, 1400000}) == 1);
  }
  CHECK(shared("pcgrad", kB, {}, 3) == shared("pcgrad", kB, {}, 3));
}

TEST_CASE("pcgrad: the sum without conflict, nothing left of opposites") {
  const Rows friends = {{1, 2}, {2, 1}, {0, 3}};
  check_near(shared("pcgrad", friends), {3, 6}, 1e-12);
  check_near(shared("pcgrad", {{1, -2}, {-3, 6}}), {0, 0}, 1e-12);
  check_near(shared("pcgrad", {{0, 0}, {-3, 6}}), {-3, 6}, 1e-12);
  const Numbers d = shared("pcgrad", kA);
  CHECK(dot(d, kA[0]) == Approx(4 * 0.5));  // ‖g‖² sin²φ with cos²φ = 1/2
  CHECK(dot(d, kA[1]) == Approx(2 * 0.5));
}

TEST_CASE("gradvac: the cosine becomes the target; a target of 0 is pcgrad") {
  for (const Rows& rows : {kA, kT}) check_near(shared("gradvac", rows), shared("pcgrad", rows), 1e-12);

  auto weighting = make("gradvac", 2);
  const mtt::Value::Array targets = {0.0, 0.5, -1.0, 0.0};
  weighting->restore(option("targets", targets));
  const Numbers both = combined(kA, coefficients(*weighting, kA));
  const Numbers changed = {both[0] - kA[1][0], both[1] - kA[1][1]};
  check_near(changed, {0.422650, 1.577350});
  CHECK(dot(changed, kA[1]) / norm(changed) / norm(kA[1]) == Approx(0.5));
}

TEST_CASE("gradvac: the target is a running mean of cosines, kept by task") {
  auto weighting = make("gradvac", 3, option("beta", 0.25));
  mtt::WeightingStep step = step_with({1, std::nan(""), 1});
  weighting->coefficients(gram_of(kA), step);
  const double cosine = -0.70710678118654752;
  const mtt::Value state = weighting->state();
  const mtt::Value::Array& targets = state.at("targets").array();
  for (std::size_t k = 0; k < 9; ++k) {
    INFO(k);
    CHECK(targets[k].number() == Approx(k == 2 || k == 6 ? 0.25 * cosine : 0.0));
  }
  const Rows same = {{1, 0}, {1, 0}};
  auto friendly = make("gradvac", 2);
  for (int k = 0; k < 100; ++k) coefficients(*friendly, same);
  CHECK(finite(coefficients(*friendly, {{1, 0}, {-1, 0}})));
  CHECK(finite(coefficients(*friendly, {{0, 0}, {-1, 0}})));
}

TEST_CASE("mgda: known answers, corners of exactly 1 and 0") {
  const auto solved = [](const Rows& rows) { return coefficients(*make("mgda", rows.size()), rows); };
  check_near(solved(kA), {0.4, 0.6}, 1e-12);
  check_near(shared("mgda", kA), {0.2, 0.6}, 1e-12);
  check_near(solved(kT), {0.6, 0.4}, 1e-12);
  check_near(solved(kB), {0.433333, 0.4, 0.166667});
  check_near(shared("mgda", kB), {0.033333, 0.066667, 0.166667});
  CHECK(solved({{3, 0}, {1, 0.5}}) == Numbers{0, 1});
  CHECK(solved({{1, 0.5}, {3, 0}}) == Numbers{1, 0});
  check_near(solved({{2, -1}, {-2, 1}}), {0.5, 0.5}, 1e-12);
  check_near(shared("mgda", {{2, -1}, {2, -1}}), {2, -1}, 1e-12);
  check_near(shared("mgda", {{0, 0}, {2, -1}}), {0, 0}, 1e-12);
  CHECK(sum(solved({{0, 0}, {0, 0}})) == Approx(1));
}

TEST_CASE("mgda: no direction of the simplex leads to a shorter vector") {
  for (unsigned seed = 0; seed < 60; ++seed) {
    const std::size_t tasks = 2 + seed % 11;
    const Rows rows = random_rows(tasks, 3 + seed % 7, seed);  // often more tasks than dimensions
    const Numbers w = coefficients(*make("mgda", tasks), rows);
    const Numbers d = combined(rows, w);
    double longest = 0;
    for (const Numbers& row : rows) longest = std::max(longest, dot(row, row));
    INFO(seed);
    CHECK(sum(w) == Approx(1));
    CHECK(*std::min_element(w.begin(), w.end()) >= 0);
    for (std::size_t i = 0; i < tasks; ++i) {
      CHECK(dot(d, rows[i]) >= dot(d, d) - 1e-10 * longest);
      if (w[i] > 1e-6) CHECK(dot(d, rows[i]) == Approx(dot(d, d)).margin(1e-10 * longest));
    }
  }
}

TEST_CASE("cagrad: known answers") {
  const mtt::Value half = option("c", 0.5);
  check_near(shared("cagrad", kA, half), {0.25, 0.75});
  check_near(shared("cagrad", kT, half), {0.183503, 1.204124, 1.204124});
  check_near(shared("cagrad", kB, half), {-0.051684, -0.103367, 0.333333});
  check_near(shared("cagrad", kA), {0.3, 0.7});
  check_near(shared("cagrad", kT), {0.346803, 1.163299, 1.163299});
  check_near(shared("cagrad", kB), {-0.081694, -0.163387, 0.333333});
  check_near(shared("cagrad", kB, option("c", 0.0)), {0, -1.0 / 3, 1.0 / 3}, 1e-12);
  check_near(shared("cagrad", {{2, -1}, {-2, 1}}), {0, 0}, 1e-12);
  check_near(shared("cagrad", {{2, -1}, {2, -1}}), {2.8, -1.4}, 1e-9);
  CHECK(finite(coefficients(*make("cagrad", 2), {{0, 0}, {2, -1}})));
  CHECK(finite(coefficients(*make("cagrad", 2), {{0, 0}, {0, 0}})));
}

TEST_CASE("cagrad: on the ball, and no other weights are worse for the worst case") {
  for (unsigned seed = 0; seed < 40; ++seed) {
    const std::size_t tasks = 2 + seed % 6;
    const Rows rows = random_rows(tasks, 8, seed);
    const Numbers mean = combined(rows, Numbers(tasks, 1.0 / static_cast<double>(tasks)));
    const double radius = 0.4 * norm(mean);
    const Numbers alpha = coefficients(*make("cagrad", tasks), rows);
    Numbers part = alpha;
    for (double& x : part) x -= 1.0 / static_cast<double>(tasks);
    INFO(seed);
    CHECK(norm(combined(rows, part)) == Approx(radius));
    const double total = sum(part);
    for (double& x : part) x /= total;
    CHECK(*std::min_element(part.begin(), part.end()) > -1e-12);
    const double least = worst_case(rows, mean, radius, part);
    std::mt19937 generator(seed);
    std::exponential_distribution<double> draw;
    for (int k = 0; k < 200; ++k) {
      Numbers other(tasks);
      for (double& x : other) x = draw(generator);
      const double share = k % 2 == 0 ? 1e-3 : 1.0, other_sum = sum(other);
      for (std::size_t i = 0; i < tasks; ++i) other[i] = (1 - share) * part[i] + share * other[i] / other_sum;
      CHECK(worst_case(rows, mean, radius, other) >= least - 1e-9 * std::abs(least));
    }
  }
}

TEST_CASE("imtl, gradient: known answers and equal projections") {
  const auto solved = [](const Rows& rows) {
    return coefficients(*make("imtl", rows.size(), kGradientMode), rows);
  };
  check_near(solved(kA), {0.414214, 0.585786});
  check_near(shared("imtl", kA, kGradientMode), {0.242641, 0.585786});
  check_near(solved(kT), {0.592330, 0.407670});
  check_near(shared("imtl", kT, kGradientMode), {0.076697, 1, 1});
  check_near(solved(kB), {0.426314, 0.402013, 0.171673});
  check_near(shared("imtl", kB, kGradientMode), {0.024301, 0.058667, 0.171673});
  for (unsigned seed = 0; seed < 20; ++seed) {
    const Rows rows = random_rows(4, 9, seed);
    const Numbers d = shared("imtl", rows, kGradientMode);
    INFO(seed);
    for (const Numbers& row : rows)
      CHECK(dot(d, row) / norm(row) == Approx(dot(d, rows[0]) / norm(rows[0])).epsilon(1e-9));
  }
}

TEST_CASE("imtl: singular and missing directions") {
  check_near(shared("imtl", {{2, -1}, {2, -1}}, kGradientMode), {2, -1}, 1e-9);
  check_near(shared("imtl", {{2, -1}, {4, -2}}, kGradientMode), {8.0 / 3, -4.0 / 3}, 1e-9);
  check_near(shared("imtl", {{2, -1}, {-4, 2}}, kGradientMode), {0, 0}, 1e-9);
  const Rows with_zero = {kA[0], {0, 0}, kA[1]};
  check_near(coefficients(*make("imtl", 3, kGradientMode), with_zero), {0.414214, 0.5, 0.585786});
  CHECK(finite(coefficients(*make("imtl", 2), {{0, 0}, {0, 0}})));
}

TEST_CASE("imtl, hybrid: the gradients' part works on the scaled losses") {
  auto weighting = make("imtl", 2);
  CHECK(weighting->needs() == mtt::WeightingNeeds::gram);
  check_near(coefficients(*weighting, kA), {2 * 0.414214, 2 * 0.585786});
  const auto step = step_with({0.25, 4});
  weighting->after_step(step, {});
  check_near(gradient(*weighting), {-0.75, 3});
  auto* s = weighting->parameters().at(0).tensor.mutable_data_ptr<float>();
  s[0] = std::log(4.0F);
  s[1] = std::log(0.25F);
  check_near(weighting->weights(step), {4, 0.25});
  const Rows scaled = {{8, 0}, {-0.25, 0.25}};
  const Numbers alpha = coefficients(*make("imtl", 2, kGradientMode), scaled);
  check_near(coefficients(*weighting, kA), {2 * 4 * alpha[0], 2 * 0.25 * alpha[1]});
}

TEST_CASE("nash_mtl: known answers, with and without the cut") {
  const auto solved = [](const Rows& rows) {
    return coefficients(*make("nash_mtl", rows.size(), kUnclipped), rows);
  };
  check_near(solved(kA), {0.923880, 1.306563});
  check_near(solved(kT), {0.591461, 0.407071});
  check_near(solved(kB), {4.032028, 3.784014, 1.635865});
  check_near(shared("nash_mtl", kB, kUnclipped), {0.248014, 0.512284, 1.635865});
  check_near(shared("nash_mtl", kA), {0.382683, 0.923880});
  check_near(shared("nash_mtl", kT), {0.054153, 0.706069, 0.706069});
  check_near(shared("nash_mtl", kB), {0.143191, 0.295767, 0.944467});
}

TEST_CASE("nash_mtl: the bargaining condition, the length and the change of scale") {
  for (unsigned seed = 0; seed < 40; ++seed) {
    const std::size_t tasks = 2 + seed % 6;
    Rows rows = random_rows(tasks, 10, seed);
    const Numbers alpha = coefficients(*make("nash_mtl", tasks, kUnclipped), rows);
    const Numbers d = combined(rows, alpha);
    INFO(seed);
    CHECK(dot(d, d) == Approx(static_cast<double>(tasks)));
    for (std::size_t i = 0; i < tasks; ++i) {
      CHECK(alpha[i] > 0);
      CHECK(alpha[i] * dot(rows[i], d) == Approx(1));
    }
    for (double& x : rows[0]) x *= 1000;
    Numbers expected = alpha;
    expected[0] /= 1000;
    check_near(coefficients(*make("nash_mtl", tasks, kUnclipped), rows), expected, 1e-7);
  }
}

TEST_CASE("nash_mtl: stays finite where there is no bargain") {
  check_near(shared("nash_mtl", {{2, -1}, {2, -1}}, kUnclipped), {2 * std::sqrt(0.4), -std::sqrt(0.4)}, 1e-6);
  const Numbers opposite = coefficients(*make("nash_mtl", 2), {{2, -1}, {-4, 2}});
  CHECK(finite(opposite));
  CHECK(opposite[0] == Approx(2 * opposite[1]));
  check_near(combined({{2, -1}, {-4, 2}}, opposite), {0, 0}, 1e-3);
  const Numbers with_zero = coefficients(*make("nash_mtl", 3, kUnclipped), {kA[0], {0, 0}, kA[1]});
  check_near({with_zero[0], with_zero[2]}, {0.923880, 1.306563});
  CHECK(finite(with_zero));
  CHECK(finite(coefficients(*make("nash_mtl", 2), {{0, 0}, {0, 0}})));
  for (unsigned seed = 0; seed < 20; ++seed) {  // 8 gradients in 3 dimensions: most have no bargain
    const Numbers alpha = coefficients(*make("nash_mtl", 8), random_rows(8, 3, seed));
    CHECK(finite(alpha));
    CHECK(*std::min_element(alpha.begin(), alpha.end()) > 0);
  }
}

TEST_CASE("aligned_mtl: known answers, rank") {
  const auto solved = [](const Rows& rows) { return coefficients(*make("aligned_mtl", rows.size()), rows); };
  check_near(solved(kA), {0.414590, 0.552786});
  check_near(shared("aligned_mtl", kA), {0.276393, 0.552786});
  check_near(solved(kT), {0.559072, 0.408261});
  check_near(shared("aligned_mtl", kT), {0.213279, 0.967333, 0.967333});
  check_near(solved(kB), {0.373436, 0.355792, 0.170138});
  check_near(shared("aligned_mtl", kB), {0.017644, 0.015517, 0.170138});
  check_near(shared("aligned_mtl", {{2, -1}, {2, -1}}), {2, -1}, 1e-9);
  check_near(shared("aligned_mtl", {{2, -1}, {2, -1 + 1e-7}}), {2, -1});  // apart by float32's rounding alone
  check_near(shared("aligned_mtl", {{2, -1}, {-2, 1}}), {0, 0}, 1e-9);
  check_near(shared("aligned_mtl", {{0, 0}, {3, 4}}), {1.5, 2}, 1e-9);
  CHECK(finite(solved({{0, 0}, {0, 0}})));
  const Rows orthogonal = {{3, 0, 0}, {0, 3, 0}, {0, 0, 3}};
  check_near(solved(orthogonal), {1.0 / 3, 1.0 / 3, 1.0 / 3}, 1e-9);
}

TEST_CASE("one task alone keeps its gradient's direction") {
  const Rows one = {{3, -4}};
  for (const std::string name : {"pcgrad", "gradvac", "mgda", "aligned_mtl", "imtl"}) {
    INFO(name);
    check_near(shared(name, one), {3, -4}, 1e-9);
  }
  check_near(shared("cagrad", one), {1.4 * 3, 1.4 * -4}, 1e-9);
  check_near(shared("nash_mtl", one), {0.6, -0.8}, 1e-9);
}

TEST_CASE("gradients of very different lengths keep every rule finite") {
  for (const std::string name : {"pcgrad", "gradvac", "mgda", "cagrad", "imtl", "nash_mtl", "aligned_mtl"}) {
    for (unsigned seed = 0; seed < 20; ++seed) {
      INFO(name << " " << seed);
      const std::size_t tasks = 2 + seed % 5;
      Rows rows = random_rows(tasks, 4, seed);
      double longest = 0;
      for (std::size_t i = 0; i < tasks; ++i) {
        for (double& x : rows[i]) x *= std::pow(10.0, 6.0 - 7.0 * static_cast<double>((i + seed) % 4));
        longest = std::max(longest, norm(rows[i]));
      }
      const Numbers alpha = coefficients(*make(name, tasks), rows);
      CHECK(finite(alpha));
      const std::vector<std::string> within = {"pcgrad", "mgda", "cagrad", "aligned_mtl"};
      if (std::count(within.begin(), within.end(), name) == 1)
        CHECK(norm(combined(rows, alpha)) <= 1.4 * static_cast<double>(tasks) * longest);
    }
  }
}
