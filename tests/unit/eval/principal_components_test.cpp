#include "eval/principal_components.h"

#include <cmath>

#include "catch.h"

TEST_CASE("principal components of points on an ellipse are its axes") {
  // (±3, 0) and (0, ±1), turned by 30 degrees and moved, in three dimensions
  const double c = std::cos(0.5236), s = std::sin(0.5236);
  std::vector<float> rows;
  for (const auto& [x, y] : {std::pair{3.0, 0.0}, {-3.0, 0.0}, {0.0, 1.0}, {0.0, -1.0}})
    for (const double value : {c * x - s * y + 5, s * x + c * y - 2, 7.0})
      rows.push_back(static_cast<float>(value));
  const auto map = mtt::principal_components(rows.data(), 4, 3);
  CHECK(map.share_x == Approx(0.9));
  CHECK(map.share_y == Approx(0.1));
  CHECK(map.x[0] == Approx(3).epsilon(1e-5));
  CHECK(map.x[1] == Approx(-3).epsilon(1e-5));
  CHECK(map.x[2] == Approx(0).margin(1e-4));
  CHECK(std::abs(map.y[2]) == Approx(1).epsilon(1e-5));
  CHECK(map.y[2] == Approx(-map.y[3]).epsilon(1e-5));
  CHECK(map.y[0] == Approx(0).margin(1e-4));
}

TEST_CASE("principal components of too little are zeros") {
  const std::vector<float> one = {1, 2, 3}, same = {1, 2, 1, 2, 1, 2};
  CHECK(mtt::principal_components(one.data(), 1, 3).x == std::vector<double>{0});
  CHECK(mtt::principal_components(same.data(), 3, 2).y == std::vector<double>{0, 0, 0});
  const std::vector<float> line = {1, 1, 2, 2, 4, 4};
  const auto map = mtt::principal_components(line.data(), 3, 2);
  CHECK(map.share_x == Approx(1));
  CHECK(map.share_y == Approx(0).margin(1e-9));
  CHECK(std::isfinite(map.y[0]));
}
