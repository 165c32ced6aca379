#include "mtt/nn/closed_form.h"

#include <ATen/ATen.h>

#include <cmath>
#include <limits>

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

TEST_CASE("class means remove one as if the example had not been there") {
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

TEST_CASE("ridge on more examples than are read at a time solves the normal equations") {
  const at::Tensor x = noise({20'000, 3}, 5) + 4, y = x.narrow(1, 0, 2) + 0.3 * noise({20'000, 2}, 6);
  const at::Tensor before = x.clone();
  const auto fit = mtt::nn::ridge(x, y);
  CHECK(x.equal(before));
  const at::Tensor xc = x - x.mean(0), yc = y - y.mean(0);
  const double scale = xc.square().sum().item<double>() / 20'000;
  at::Tensor weight, held_out;
  double least = std::numeric_limits<double>::infinity();
  for (int step = 0; step <= 28; ++step) {  // penalties 1e-5 to 1e2, four for each decade
    const at::Tensor gram =
        xc.t().matmul(xc) + 1e-5 * std::pow(10, step / 4.0) * scale * at::eye(3, at::kDouble);
    const at::Tensor solved = at::linalg_solve(gram, xc.t().matmul(yc));
    const at::Tensor leverage = (xc.matmul(at::linalg_inv(gram)) * xc).sum(1) + 1.0 / 20'000;
    const at::Tensor residual = (yc - xc.matmul(solved)) / (1 - leverage).unsqueeze(1);
    const double error = residual.square().sum().item<double>();
    if (error >= least) continue;
    least = error;
    weight = solved.t();
    held_out = y - residual;
  }
  CHECK(at::allclose(fit.weight.to(at::kDouble), weight, 1e-6, 1e-6));
  CHECK(at::allclose(fit.held_out, held_out, 1e-9, 1e-9));
}

TEST_CASE("ridge on classes is ridge on their one-hot targets, for few and for many classes") {
  for (const std::int64_t classes : {3, 40}) {
    const at::Tensor y = at::arange(120).remainder(classes);
    const at::Tensor x = noise({120, 6}, 8) + noise({classes, 6}, 9).index_select(0, y);
    const auto dense = mtt::nn::ridge(x, at::one_hot(y, classes).to(at::kDouble));
    const auto fit = mtt::nn::ridge(x, y, classes);
    CHECK(at::allclose(fit.weight, dense.weight, 1e-5, 1e-7));
    CHECK(at::allclose(fit.bias, dense.bias, 1e-5, 1e-7));
    CHECK(at::allclose(fit.held_out, dense.held_out, 1e-9, 1e-12));
    CHECK(fit.rows.equal(at::arange(120)));
    CHECK_THROWS_AS(mtt::nn::ridge(x, y, classes + 1), mtt::Error);
  }
}

TEST_CASE("leave-one-out outputs of thousands of classes are those of evenly spaced examples") {
  const std::int64_t classes = 4'200;
  const at::Tensor y = at::arange(2 * classes).remainder(classes), x = noise({2 * classes, 2}, 10);
  for (const bool ridge : {false, true}) {
    const auto fit = ridge ? mtt::nn::ridge(x, y, classes) : mtt::nn::class_means(x, y, classes);
    CHECK(fit.rows.size(0) == (1 << 22) / classes);
    CHECK(fit.held_out.sizes() == at::IntArrayRef({fit.rows.size(0), classes}));
    CHECK(fit.rows[0].item<std::int64_t>() == 0);
    const at::Tensor gaps = fit.rows.diff();
    CHECK((gaps.min().item<std::int64_t>() == 8 && gaps.max().item<std::int64_t>() == 9));
    // With one example of its class left, the mean is that example.
    const at::Tensor i = fit.rows[7], other = (i + classes).remainder(2 * classes);
    const double expected = (2 * x[i.item<std::int64_t>()].dot(x[other.item<std::int64_t>()]) -
                             x[other.item<std::int64_t>()].square().sum())
                                .item<double>();
    if (!ridge) CHECK(fit.held_out[7][y[i.item<std::int64_t>()]].item<double>() == Approx(expected));
  }
}

TEST_CASE("a class without an example is at most as probable as half an example") {
  const at::Tensor known = at::arange(40).remainder(2) * 2 + 1;  // the classes 1 and 3 of 5
  const at::Tensor x = noise({40, 3}, 11) + known.unsqueeze(1);
  for (const char* method : {"class_means", "ridge"}) {
    INFO(method);
    const auto fit = mtt::nn::closed_form_classifier(method, x, known, 5);
    const auto compact = mtt::nn::closed_form_classifier(method, x, known.eq(3).to(at::kLong), 2);
    for (const std::int64_t c : {0, 1}) {
      CHECK(fit.weight[1 + 2 * c].equal(compact.weight[c]));
      CHECK(fit.bias[1 + 2 * c].equal(compact.bias[c]));
    }
    for (const std::int64_t c : {0, 2, 4}) {
      CHECK(at::allclose(fit.weight[c], compact.weight.mean(0)));
      CHECK(fit.bias[c].item<double>() ==
            Approx(compact.bias.mean().item<double>() - std::log(2 * 40.0 / 2)));
    }
    const at::Tensor inputs = noise({500, 3}, 12) * 4;
    const at::Tensor p = (inputs.matmul(fit.weight.to(at::kDouble).t()) + fit.bias).softmax(1);
    for (const std::int64_t c : {0, 2, 4}) CHECK(p.select(1, c).max().item<double>() <= 1 / 80.0);
    CHECK(p.select(1, 0).max().item<double>() > 0);
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
