#include <algorithm>

#include "weightings.h"

namespace {

Numbers graddrop(const Rows& rows, std::uint64_t seed, const mtt::Value& options = {}) {
  Numbers flat;
  for (const Numbers& row : rows) flat.insert(flat.end(), row.begin(), row.end());
  const at::Tensor gradients =
      at::tensor(flat, at::kDouble).to(at::kFloat).reshape({static_cast<std::int64_t>(rows.size()), -1});
  auto weighting = make("graddrop", rows.size(), options);
  CHECK(weighting->needs() == mtt::WeightingNeeds::gradients);
  return numbers_of(weighting->combine(gradients, step_of(rows.size(), seed)));
}

}  // namespace

TEST_CASE("graddrop: all of one sign, and the sum on average") {
  check_near(graddrop({{1, -2, 0}, {3, -1, 0}}, 1), {4, -3, 0});
  for (const Rows& rows : {kA, kT, kB}) {
    Numbers mean(rows[0].size()), kept_up(rows[0].size());
    constexpr int kDraws = 20000;
    Numbers flat;
    for (const Numbers& row : rows) flat.insert(flat.end(), row.begin(), row.end());
    const at::Tensor gradients =
        at::tensor(flat, at::kDouble).to(at::kFloat).reshape({static_cast<std::int64_t>(rows.size()), -1});
    auto weighting = make("graddrop", rows.size());
    for (int k = 0; k < kDraws; ++k) {
      const Numbers d =
          numbers_of(weighting->combine(gradients, step_of(rows.size(), static_cast<std::uint64_t>(k))));
      for (std::size_t p = 0; p < d.size(); ++p) {
        mean[p] += d[p] / kDraws;
        kept_up[p] += (d[p] > 0 ? 1.0 : 0.0) / kDraws;
      }
    }
    // The standard error is at most 5 / √20000 = 0.035 of a mean, and 0.0035 of a frequency.
    check_near(mean, combined(rows, Numbers(rows.size(), 1.0)), 0.11);
    Numbers up(rows[0].size());
    for (std::size_t p = 0; p < up.size(); ++p) {
      double total = 0, absolute = 0;
      for (const Numbers& row : rows) {
        total += row[p];
        absolute += std::abs(row[p]);
      }
      up[p] = (1 + total / absolute) / 2;
    }
    check_near(kept_up, up, 0.011);
  }
}

TEST_CASE("graddrop: the same draws for the same step, others for another; the leak lets all through") {
  const Rows rows = random_rows(2, 64, 4);
  CHECK(graddrop(rows, 5) == graddrop(rows, 5));
  CHECK(graddrop(rows, 5) != graddrop(rows, 6));
  check_near(graddrop(rows, 5, option("leak", 1.0)), combined(rows, {1, 1}), 1e-5);
  Rows other = rows;
  other[0][0] = 100;  // no coordinate's draw depends on another's values
  const Numbers a = graddrop(rows, 5), b = graddrop(other, 5);
  CHECK(std::equal(a.begin() + 1, a.end(), b.begin() + 1));
}

TEST_CASE("graddrop: one task alone keeps its gradient") { check_near(graddrop({{3, -4}}, 1), {3, -4}); }
