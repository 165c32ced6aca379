#include "mtt/nn/closed_form.h"

#include <ATen/ATen.h>

#include "catch.h"
#include "mtt/error.h"

namespace {

at::Tensor noise(std::initializer_list<std::int64_t> shape, std::uint64_t seed) {
  at::manual_seed(seed);
  return at::randn(shape, at::kDouble);
}

}  // namespace

TEST_CASE("class means classify by the nearest mean") {
  const at::Tensor x = noise({60, 5}, 1), y = at::arange(60).remainder(3);
  const auto fit = mtt::nn::class_means(x, y, 3);
  const at::Tensor logits = x.matmul(fit.weight.to(at::kDouble).t()) + fit.bias;
  std::vector<at::Tensor> means;
  for (int k = 0; k < 3; ++k) means.push_back(x.index({y.eq(k)}).mean(0));
  const at::Tensor distance = (x.unsqueeze(1) - at::stack(means).unsqueeze(0)).square().sum(2);
  CHECK(logits.argmax(1).equal(distance.argmin(1)));
  CHECK_THROWS_AS(mtt::nn::class_means(x, y, 4), mtt::Error);
}

TEST_CASE("class means leave one out as if the example had not been there") {
  const at::Tensor x = noise({7, 3}, 2), y = at::tensor({0, 0, 0, 1, 1, 1, 2}, at::kLong);
  const auto fit = mtt::nn::class_means(x, y, 3);
  CHECK(fit.held_out[6].isnan().all().item<bool>());
  const at::Tensor keep = at::tensor({1, 2, 3, 4, 5, 6}, at::kLong);
  const auto without = mtt::nn::class_means(x.index_select(0, keep), y.index_select(0, keep), 3);
  const at::Tensor expected = x[0].matmul(without.weight.to(at::kDouble).t()) + without.bias;
  CHECK(at::allclose(fit.held_out[0], expected, 1e-4, 1e-5));
}

TEST_CASE("ridge: leave-one-out outputs equal refits, for more and for fewer examples than dimensions") {
  for (const std::int64_t width : {3, 40}) {
    const at::Tensor x = noise({12, width}, 3), y = x.narrow(1, 0, 2) + 0.3 * noise({12, 2}, 4);
    const auto fit = mtt::nn::ridge(x, y);
    // The penalty that was chosen is not told; the normal equations give it back from the solution.
    const at::Tensor xc = x - x.mean(0), yc = y - y.mean(0), w = fit.weight.to(at::kDouble);
    const at::Tensor residual = xc.t().matmul(yc - xc.matmul(w.t()));
    const double penalty = ((residual * w.t()).sum() / w.square().sum()).item<double>();
    const at::Tensor rest_x = x.narrow(0, 1, 11), rest_y = y.narrow(0, 1, 11);
    const at::Tensor rx = rest_x - rest_x.mean(0), ry = rest_y - rest_y.mean(0);
    const at::Tensor solved =
        at::linalg_solve(rx.t().matmul(rx) + penalty * at::eye(width, at::kDouble), rx.t().matmul(ry));
    const at::Tensor expected = rest_y.mean(0) + (x[0] - rest_x.mean(0)).matmul(solved);
    CHECK(at::allclose(fit.held_out[0], expected, 1e-3, 1e-4));
  }
}

TEST_CASE("ridge does not depend on the scale of the features, and survives constants") {
  const at::Tensor x = noise({20, 4}, 5), y = noise({20, 1}, 6);
  CHECK(at::allclose(mtt::nn::ridge(x, y).held_out, mtt::nn::ridge(x * 1000, y).held_out, 1e-6));
  const auto constant = mtt::nn::ridge(at::ones({5, 3}), at::ones({5, 1}) * 2);
  CHECK(constant.bias.item<float>() + constant.weight.sum().item<float>() == Approx(2));
}

TEST_CASE("the temperature is where the loss is least") {
  const at::Tensor logits = noise({200, 3}, 7), y = logits.argmax(1);
  const at::Tensor wrong = at::where(at::arange(200).remainder(4).eq(0), (y + 1).remainder(3), y);
  const double t = mtt::nn::fit_temperature(logits, wrong);
  const auto loss = [&](double f) { return at::cross_entropy_loss(logits * f, wrong).item<double>(); };
  CHECK(loss(t) <= loss(t * 1.01));
  CHECK(loss(t) <= loss(t * 0.99));
  CHECK(mtt::nn::fit_temperature(at::full({2, 2}, NAN, at::kDouble), at::zeros({2}, at::kLong)) == 1);
}
