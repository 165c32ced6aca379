#include <limits>
#include <set>

#include "mtt/error.h"
#include "weightings.h"

namespace {

const double kAbsent = std::numeric_limits<double>::quiet_NaN();

mtt::Value weights_option(const std::vector<std::pair<std::string, mtt::Value>>& entries) {
  mtt::Value table(mtt::Value::Table{});
  for (const auto& [name, value] : entries) table.set(name, value);
  return option("weights", table);
}

Numbers losses_never_asked() { throw std::logic_error("no second evaluation was expected"); }

}  // namespace

TEST_CASE("static: the weights of the file, each task's and no other's") {
  const auto fails = [](const mtt::Value& options, const std::string& with) {
    CHECK_THROWS_WITH(make("static", 2, options), Contains(with));
  };
  auto weighting = make("static", 2, weights_option({{"t1", 0.25}, {"t0", 3}}));
  check_near(weights(*weighting, {1, 4}), {3, 0.25});
  CHECK(weighting->needs() == mtt::WeightingNeeds::nothing);
  fails(weights_option({{"t0", 1.0}}), "no weight for the task 't1'");
  fails({}, "no weight for the task 't0'");
  fails(weights_option({{"t0", 1.0}, {"t1", 1.0}, {"t12", 1.0}}), "did you mean 't1'?");
  fails(weights_option({{"t0", 1.0}, {"t1", 1.0}, {"parsing", 1.0}}), "names the task 'parsing'");
  fails(weights_option({{"t0", 1.0}, {"t1", -1.0}}), "the weight of the task 't1'");
  fails(weights_option({{"t0", 1.0}, {"t1", "much"}}), "the weight of the task 't1'");
  fails(weights_option({{"t0", 1.0}, {"t1", kAbsent}}), "the weight of the task 't1'");
  fails(weights_option({{"t0", 0.0}, {"t1", 0.0}}), "at least one must be above 0");
  check_near(weights(*make("static", 2, weights_option({{"t0", 0.0}, {"t1", 1.0}})), {1, 4}), {0, 1});
}

TEST_CASE("uncertainty: slopes at the start and the stationary point of each kind") {
  using Kind = mtt::LossKind;
  auto regression = make("uncertainty", tasks_of({Kind::regression, Kind::regression}));
  CHECK(regression->own_objective());
  CHECK(regression->learning_rate() == 0.025);
  CHECK(regression->weight_decay() == 0);
  const auto step = step_with({1, 4});
  check_near(regression->weights(step), {0.5, 0.5});
  regression->after_step(step, losses_never_asked);
  check_near(gradient(*regression), {0, -1.5});

  const auto settle = [&](mtt::Weighting& weighting) {
    for (int k = 0; k < 2000; ++k) {
      weighting.after_step(step, losses_never_asked);
      descend(weighting, 0.05);
    }
  };
  settle(*regression);
  check_near(parameter(*regression), {0, std::log(4)}, 1e-5);
  check_near(regression->weights(step), {0.5, 0.125}, 1e-5);
  const Numbers w = regression->weights(step), s = parameter(*regression);
  CHECK(w[0] * 1 + w[1] * 4 + sum(s) / 2 == Approx(1.693147));

  auto mixed = make("uncertainty", tasks_of({Kind::regression, Kind::classification}));
  settle(*mixed);
  check_near(parameter(*mixed), {0, std::log(8)}, 1e-5);
  check_near(mixed->weights(step), {0.5, 0.125}, 1e-5);

  check_near(make("uncertainty", 1, option("initial", -0.5))->weights(step_of(1)), {std::exp(0.5)});
}

TEST_CASE("dwa: known answers, equal weights in the first two epochs") {
  const auto after_two = [](double temperature) {
    auto weighting = make("dwa", 2, option("temperature", temperature));
    check_near(weights(*weighting, {1, 1}), {1, 1});
    weighting->after_epoch(0, {2, 3});
    check_near(weights(*weighting, {1, 1}), {1, 1});
    weighting->after_epoch(1, {1, 3});
    return weights(*weighting, {1, 1});
  };
  check_near(after_two(2), {0.875647, 1.124353});
  check_near(after_two(1), {0.755081, 1.244919});
  check_near(after_two(1e9), {1, 1});

  auto weighting = make("dwa", 3);
  weighting->after_epoch(0, {kAbsent, 0, 4});
  weighting->after_epoch(1, {5, 0, 1});
  const Numbers w = weights(*weighting, {1, 1, 1});
  CHECK(sum(w) == Approx(3));
  CHECK(w[0] == Approx(w[1]));  // a single mean and 0 / 0 both count as no change
  CHECK(w[2] < w[1]);
  weighting->after_epoch(2, {5, 0, kAbsent});  // an epoch without a task leaves its means alone
  check_near(weights(*weighting, {1, 1, 1}), w);
}

TEST_CASE("rlw: new in every step, symmetric, and a task's draw is its own") {
  auto weighting = make("rlw", 3);
  Numbers mean(3);
  std::set<double> seen;
  constexpr int kDraws = 4000;
  for (int k = 0; k < kDraws; ++k) {
    const Numbers w = weighting->weights(step_of(3, static_cast<std::uint64_t>(k)));
    CHECK(sum(w) == Approx(3));
    for (std::size_t i = 0; i < 3; ++i) mean[i] += w[i] / kDraws;
    seen.insert(w[0]);
  }
  CHECK(seen.size() == kDraws);
  check_near(mean, {1, 1, 1}, 0.05);  // the standard error is about 0.01
  CHECK(weighting->weights(step_of(3, 5)) == weighting->weights(step_of(3, 5)));
  const Numbers three = weighting->weights(step_of(3, 5)), two = make("rlw", 2)->weights(step_of(2, 5));
  CHECK(three[0] / three[1] == Approx(two[0] / two[1]));
}

TEST_CASE("gls: the gradient of the geometric mean, finite at a loss of zero") {
  auto weighting = make("gls", 2);
  check_near(weights(*weighting, {1, 4}), {1, 0.25});
  CHECK(weighting->own_objective());
  CHECK(finite(weights(*weighting, {0, 4})));
  CHECK(finite(weights(*weighting, {0, 0})));
  auto three = make("gls", 3);
  const Numbers w = weights(*three, {1, kAbsent, 4});
  check_near({w[0], w[2]}, {1, 0.25});
  CHECK(std::isfinite(w[1]));
  check_near(weights(*make("gls", 1), {5}), {1});
}

TEST_CASE("imtl, loss: every scaled loss tends to 1") {
  auto weighting = make("imtl", 3, option("mode", "loss"));
  CHECK(weighting->needs() == mtt::WeightingNeeds::nothing);
  CHECK(weighting->own_objective());
  const auto step = step_with({0.5, 4, kAbsent});
  check_near(weighting->weights(step), {1, 1, 1});
  weighting->after_step(step, losses_never_asked);
  check_near(gradient(*weighting), {-0.5, 3, 0});
  for (int k = 0; k < 2000; ++k) {
    weighting->after_step(step, losses_never_asked);
    descend(*weighting, 0.05);
  }
  check_near(weighting->weights(step), {2, 0.25, 1}, 1e-5);
}

TEST_CASE("stch: the log-sum first, then the smooth maximum relative to the nadir") {
  auto weighting = make("stch", 2);
  CHECK(weighting->own_objective());
  for (int epoch = 0; epoch < 4; ++epoch) weighting->after_epoch(epoch, {9, 9});
  check_near(weights(*weighting, {1, 4}), {1, 0.25});
  weighting->after_epoch(4, {2, 2});
  weighting->after_epoch(5, {7, 7});  // no other epoch is the nadir's
  check_near(weights(*weighting, {1, 4}), {0.4, 1.6 / 4});
  CHECK(finite(weights(*weighting, {0, 4})));
  CHECK(finite(weights(*weighting, {0, 0})));

  mtt::Value options = option("mu", 1e-3);
  options.set("warm_up", 0);
  auto sharp = make("stch", 2, options);
  sharp->after_epoch(0, {2, kAbsent});
  check_near(weights(*sharp, {1, 4}), {1, 0.25});
  sharp->after_epoch(1, {9, 2});
  check_near(weights(*sharp, {1, 4}), {0, 2.0 / 4});
  check_near(weights(*sharp, {3, 2.5}), {2.0 / 3, 0});
}

TEST_CASE("famo: known answers with descent and with Adam") {
  const auto step = step_with({1, 4});
  const auto begun = [&](double gamma) {
    auto weighting = make("famo", 2, option("gamma", gamma));
    check_near(weighting->weights(step), {0.8, 0.2});
    int calls = 0;
    weighting->after_step(step, [&] {
      ++calls;
      return Numbers{0.5, 3};
    });
    CHECK(calls == 1);
    check_near(gradient(*weighting), {0.101366, -0.101366});
    return weighting;
  };
  auto plain = begun(0.0);
  descend(*plain, plain->learning_rate());
  check_near(parameter(*plain), {-0.0025342, 0.0025342}, 1e-7);
  CHECK(sum(parameter(*plain)) == Approx(0).margin(1e-9));

  auto adam = begun(0.001);
  CHECK(adam->learning_rate() == 0.025);
  CHECK(adam->weight_decay() == 0.001);
  first_adam_step(*adam);
  check_near(parameter(*adam), {-0.025, 0.025});
  const Numbers w = adam->weights(step);  // c z_i / L_i: their ratio gives z
  check_near({w[0] / (w[0] + 4 * w[1]), 4 * w[1] / (w[0] + 4 * w[1])}, {0.487503, 0.512497});
  CHECK(sum(w) == Approx(1));
}

TEST_CASE("famo: zero losses stay finite, absent tasks stay where they are") {
  auto weighting = make("famo", 3);
  const auto step = step_with({0, kAbsent, 2});
  CHECK(finite(weighting->weights(step)));
  weighting->after_step(step, [] { return Numbers{0, kAbsent, 0}; });
  CHECK(finite(gradient(*weighting)));
  CHECK(gradient(*weighting)[1] == 0);
  CHECK(sum(gradient(*weighting)) == Approx(0).margin(1e-6));
}

TEST_CASE("gradnorm: known answer of a step, the fixed point, absent tasks") {
  const auto seen = [](mtt::WeightingStep step, const Numbers& norms) {
    step.gradient_norms = norms;
    return step;
  };
  mtt::Value options = option("alpha", 1.5);
  auto weighting = make("gradnorm", 2, options);
  CHECK(weighting->needs() == mtt::WeightingNeeds::gradient_norms);
  CHECK(weighting->learning_rate() == 0.025);
  const auto first = seen(step_with({1, 1}), {1.5, 1.5});
  check_near(weighting->weights(first), {1, 1});
  weighting->after_step(first, losses_never_asked);
  check_near(gradient(*weighting), {0, 0});
  const auto second = seen(step_with({0.5, 1}), {2, 1});
  check_near(weighting->weights(second), {1, 1});
  weighting->after_step(second, losses_never_asked);
  check_near(gradient(*weighting), {2, -1});
  descend(*weighting, weighting->learning_rate());
  check_near(weighting->weights(second), {0.962025, 1.037975});

  const auto third = seen(step_with({1.25, 0.75}), {2, 1});
  for (const double alpha : {1.0, 1.5}) {  // (5/4)^1.5 is above 4/3, the first norm over the mean norm
    auto paced = make("gradnorm", 2, option("alpha", alpha));
    paced->after_step(first, losses_never_asked);
    paced->after_step(third, losses_never_asked);
    check_near(gradient(*paced), alpha > 1 ? Numbers{-2, 1} : Numbers{2, -1});
  }

  auto equal_norms = make("gradnorm", 2, option("alpha", 0.0));
  for (int k = 0; k < 4000; ++k) {
    equal_norms->weights(second);
    equal_norms->after_step(second, losses_never_asked);
    descend(*equal_norms, 2e-4);
  }
  check_near(equal_norms->weights(second), {2.0 / 3, 4.0 / 3}, 1e-3);

  auto three = make("gradnorm", 3, options);
  const auto part = seen(step_with({1, kAbsent, 0}), {2, kAbsent, 0});
  three->weights(part);
  three->after_step(part, losses_never_asked);
  CHECK(finite(gradient(*three)));
  CHECK(gradient(*three)[1] == 0);
  at::Tensor parameter = three->parameters().at(0).tensor;
  parameter.mutable_data_ptr<float>()[0] = -5;  // a step too far
  const Numbers w = three->weights(part);
  CHECK(*std::min_element(w.begin(), w.end()) > 0);
  CHECK(sum(w) == Approx(3));
  auto frozen = make("gradnorm", 2, options);
  frozen->after_step(step_with({1, 1}), losses_never_asked);  // no shared layer, so no norms
  CHECK_FALSE(frozen->parameters().at(0).tensor.grad().defined());
}
