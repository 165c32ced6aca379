#include "run/principal_components.h"

#include <ATen/ops/allclose.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>

#include "catch.h"

TEST_CASE("principal components of points on an ellipse are its axes") {
  // (±3, 0) and (0, ±1), turned by 30 degrees and moved, in three dimensions
  const double c = std::cos(0.5236), s = std::sin(0.5236);
  std::vector<float> rows;
  for (const auto& [x, y] : {std::pair{3.0, 0.0}, {-3.0, 0.0}, {0.0, 1.0}, {0.0, -1.0}})
    for (const double value : {c * x - s * y + 5, s * x + c * y - 2, 7.0})
      rows.push_back(static_cast<float>(value));
  const auto map = mtt::principal_components(at::tensor(rows).view({4, 3}));
  CHECK(map.shares[0] == Approx(0.9));
  CHECK(map.shares[1] == Approx(0.1));
  // the larger loading of each axis, cos(30°), is positive
  const at::Tensor expected = at::tensor({3.0, 0.0, -3.0, 0.0, 0.0, 1.0, 0.0, -1.0}).view({4, 2});
  CHECK(at::allclose(map.coordinates, expected.to(at::kDouble), 1e-5, 1e-5));
}

TEST_CASE("the signs of principal components do not depend on the order of rows") {
  const at::Tensor rows = at::tensor({1.0F, 5.0F, -2.0F, 0.0F, 3.0F, -7.0F}).view({3, 2});
  const at::Tensor forwards = mtt::principal_components(rows).coordinates;
  CHECK(at::allclose(mtt::principal_components(rows.flip(0)).coordinates, forwards.flip(0)));
  CHECK_FALSE(at::allclose(mtt::principal_components(-rows).coordinates, forwards));
}

TEST_CASE("principal components of too little are zeros") {
  const at::Tensor one = at::tensor({1.0F, 2.0F, 3.0F}).view({1, 3});
  const at::Tensor same = at::tensor({0.1F, 0.7F}).expand({7, 2}), line = at::tensor({1.0F, 2.0F, 4.0F});
  for (const at::Tensor& rows : {one, same, at::zeros({5, 2})}) {
    const auto map = mtt::principal_components(rows);
    CHECK(map.coordinates.equal(at::zeros({rows.size(0), 2}, at::kDouble)));
    CHECK(map.shares == std::array<double, 2>{0, 0});
  }
  for (const at::Tensor& rows : {line.view({3, 1}), line.view({3, 1}).expand({3, 2})}) {
    const auto map = mtt::principal_components(rows);
    CHECK(map.shares[0] == Approx(1));
    CHECK(map.shares[1] == 0);
    CHECK(map.coordinates.select(1, 1).equal(at::zeros({3}, at::kDouble)));
  }
}
