#include "probe/probe.h"

#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/full.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "mtt/error.h"
#include "plugin/make_parts.h"
#include "plugin/plugin_catalog.h"
#include "probe/probe_store.h"
#include "temporary_folder.h"

using mtt::Value;

namespace {

constexpr std::int64_t kRows = 60, kWidth = 5;
using Row = std::vector<double>;

mtt::Task task_of(const std::string& head, const Value::Table& options, const std::vector<Value>& labels,
                  std::int64_t width = kWidth) {
  mtt::PluginCatalog catalog({MTT_PLUGINS});
  const mtt::HeadPlugin plugin = catalog.head(head);
  mtt::Task task{
      "t", head, {}, mtt::make_head(plugin, mtt::Options::read(plugin.options, options, "[tasks.t]"))};
  task.learn_labels(labels);
  task.build(width);
  for (auto& [name, tensor] : task.module().parameters()) tensor.fill_(0.5);
  return task;
}

double feature(std::int64_t i, std::int64_t j) {
  return static_cast<float>(std::sin(1.7 * static_cast<double>(i) + 2.3 * static_cast<double>(j) +
                                     0.9 * static_cast<double>(i * j)));
}

/// The value by which the classes are drawn, and some noise.
double score_of(std::int64_t i) {
  const double w[kWidth] = {1.0, -2.0, 0.5, 0.0, 1.5};
  double sum = 0;
  for (std::int64_t j = 0; j < kWidth; ++j) sum += w[j] * feature(i, j);
  return sum;
}
double noise(std::int64_t i) { return 0.8 * std::sin(5.1 * static_cast<double>(i)); }

/// One example for each row of `features`.
mtt::HeadFeatures examples_of(const at::Tensor& features, const at::Tensor& targets) {
  mtt::HeadFeatures made;
  made.features = features;
  made.targets = targets;
  made.starts = {0};
  for (std::int64_t i = 0; i < features.size(0); ++i) {
    made.examples.push_back(i);
    made.starts.push_back(i + 1);
  }
  return made;
}

mtt::HeadFeatures features_of(const at::Tensor& targets) {
  const at::Tensor features = at::empty({kRows, kWidth});
  for (std::int64_t i = 0; i < kRows; ++i)
    for (std::int64_t j = 0; j < kWidth; ++j) features[i][j] = feature(i, j);
  return examples_of(features, targets);
}

std::int64_t class_of(std::int64_t i, std::int64_t classes) {
  const double value = score_of(i) + noise(i);
  return classes == 2 ? value > 0.1 : (value > -0.8) + (value > 0.9);
}

at::Tensor classes_of(std::int64_t classes) {
  at::Tensor targets = at::empty({kRows}, at::kLong);
  for (std::int64_t i = 0; i < kRows; ++i) targets[i] = class_of(i, classes);
  return targets;
}

std::vector<std::string> strata(const at::Tensor& targets) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < targets.size(0); ++i)
    names.push_back(std::to_string(targets[i].item<std::int64_t>()));
  return names;
}

at::Tensor parameter(const mtt::Task& task, const std::string& name) {
  for (const auto& [its, tensor] : task.module().parameters())
    if (its == name) return tensor;
  FAIL("no parameter " << name);
  return {};
}

at::Tensor matrix(const std::vector<Row>& rows) {
  std::vector<at::Tensor> list;
  for (const Row& row : rows) list.push_back(at::tensor(row, at::kDouble).unsqueeze(0));
  return at::cat(list);
}

/// Agreement within a thousandth of the largest coefficient.
void check_close(const at::Tensor& found, const at::Tensor& expected) {
  const double largest = expected.abs().max().item<double>();
  CHECK((found.to(at::kDouble) - expected).abs().max().item<double>() < 1e-3 * largest);
}

const std::vector<Value> kThree = {"a", "b", "c"};

}  // namespace

// The expected coefficients are those of scikit-learn 1.7, LogisticRegression(C, tol=1e-10).
TEST_CASE("a probe of three classes has scikit-learn's coefficients") {
  mtt::Task task = task_of("classification", {}, kThree);
  const mtt::HeadFeatures train = features_of(classes_of(3));
  const mtt::ProbeFit fit =
      mtt::fit_probe(task, train, strata(train.targets), nullptr, {.penalty = 30.0, .threads = 2});
  CHECK(fit.converged);
  CHECK(fit.c == 30);
  CHECK(fit.trials.empty());
  check_close(parameter(task, "classifier.weight"),
              matrix({{-2.46582, 5.121754, -2.098394, -0.531636, -4.058847},
                      {-0.384985, 0.39313, 0.244721, 0.351526, -0.064855},
                      {2.850805, -5.514884, 1.853673, 0.18011, 4.123702}}));
  check_close(parameter(task, "classifier.bias"),
              at::tensor(Row{-0.66666364, 2.1059399, -1.43927626}, at::kDouble));
  CHECK(parameter(task, "classifier.weight").scalar_type() == at::kFloat);
  CHECK_FALSE(parameter(task, "classifier.weight").requires_grad());
}

TEST_CASE("of two classes, too: the difference of the two rows is scikit-learn's row") {
  for (const auto& [c, expected, bias] :
       {std::tuple{1.0, Row{0.777196, -2.496331, 0.534715, 0.656756, 1.898852}, 0.16058949},
        std::tuple{30.0, Row{2.604424, -8.094232, 1.268882, 1.287536, 7.253281}, 0.19236907}}) {
    mtt::Task task = task_of("classification", {}, {"a", "b"});
    const mtt::HeadFeatures train = features_of(classes_of(2));
    mtt::fit_probe(task, train, strata(train.targets), nullptr, {.penalty = c, .threads = 1});
    const at::Tensor weight = parameter(task, "classifier.weight"),
                     offset = parameter(task, "classifier.bias");
    check_close(weight[1] - weight[0], at::tensor(expected, at::kDouble));
    CHECK((offset[1] - offset[0]).item<double>() == Approx(bias).margin(8e-3));
  }
}

TEST_CASE("class weights are those of the task, and dropout is off") {
  mtt::Task task = task_of(
      "classification", {{"class_weights", Value::Table{{"a", 2.0}, {"c", 0.5}}}, {"dropout", 0.9}}, kThree);
  const mtt::HeadFeatures train = features_of(classes_of(3));
  mtt::fit_probe(task, train, strata(train.targets), nullptr, {.penalty = 4.0, .threads = 1});
  check_close(parameter(task, "classifier.weight"),
              matrix({{-1.36082, 3.163818, -1.307515, -0.539398, -2.443242},
                      {-0.09061, -0.200269, 0.410369, 0.37598, 0.296724},
                      {1.45143, -2.963549, 0.897147, 0.163418, 2.146518}}));
}

TEST_CASE("a probe of label sets is one logistic regression for each label") {
  mtt::Task task = task_of("multi_label", {}, {Value::Array{"a", "b"}});
  at::Tensor targets = at::empty({kRows, 2});
  for (std::int64_t i = 0; i < kRows; ++i) {
    targets[i][0] = score_of(i) > 0.3 ? 1.0 : 0.0;
    targets[i][1] = feature(i, 1) + 0.7 * std::sin(3.3 * static_cast<double>(i)) > 0.2 ? 1.0 : 0.0;
  }
  const mtt::HeadFeatures train = features_of(targets);
  mtt::fit_probe(task, train, std::vector<std::string>(kRows), nullptr, {.penalty = 10.0, .threads = 1});
  check_close(parameter(task, "classifier.weight"),
              matrix({{2.586289, -5.862896, 1.404221, 0.52232, 4.360387},
                      {-0.523126, 3.824671, -0.33237, 0.403714, -0.359462}}));
  check_close(parameter(task, "classifier.bias"), at::tensor(Row{-1.03199744, -0.67716833}, at::kDouble));
}

/// 1500 rows of width 384 in 100 classes: sums large enough that LibTorch would share them among threads.
mtt::HeadFeatures many_features() {
  constexpr std::int64_t rows = 1500, width = 384, classes = 100;
  const at::Tensor row = at::arange(rows, at::kFloat).unsqueeze(1), column = at::arange(width, at::kFloat);
  return examples_of((row * 1.7 + column * 2.3 + row * column * 0.9).sin(),
                     at::arange(rows, at::kLong).remainder(classes));
}

TEST_CASE("a large probe has the same bits with any number of threads, and LibTorch keeps its own") {
  std::vector<Value> labels;
  for (std::int64_t c = 0; c < 100; ++c) labels.emplace_back(c);
  std::vector<at::Tensor> weights;
  for (const std::int64_t threads : {1, 2}) {
    mtt::Task task = task_of("classification", {}, labels, 384);
    const mtt::HeadFeatures train = many_features();
    const int before = at::get_num_threads();
    mtt::fit_probe(task, train, strata(train.targets), nullptr, {.penalty = 1.0, .threads = threads});
    CHECK(at::get_num_threads() == before);
    weights.push_back(parameter(task, "classifier.weight").clone());
  }
  CHECK(weights[0].equal(weights[1]));
}

TEST_CASE("a probe has the same bits with any number of threads") {
  std::vector<at::Tensor> weights;
  for (const std::int64_t threads : {1, 2, 3}) {
    mtt::Task task = task_of("classification", {}, kThree);
    const mtt::HeadFeatures train = features_of(classes_of(3));
    mtt::fit_probe(task, train, strata(train.targets), nullptr, {.penalty = {}, .threads = threads});
    weights.push_back(parameter(task, "classifier.weight").clone());
  }
  CHECK(weights[0].equal(weights[1]));
  CHECK(weights[0].equal(weights[2]));
}

TEST_CASE("without a penalty, the one with the lowest loss on held-out examples is taken") {
  mtt::Task task = task_of("classification", {}, kThree);
  const mtt::HeadFeatures train = features_of(classes_of(3));
  mtt::ProbeFit fit =
      mtt::fit_probe(task, train, strata(train.targets), nullptr, {.penalty = {}, .threads = 1});
  REQUIRE(fit.trials.size() >= 2);
  CHECK(fit.held_out == 12);
  CHECK(fit.chosen_on == 48);
  CHECK_FALSE(fit.validation);
  double lowest = std::numeric_limits<double>::infinity(), c = 0;
  for (const mtt::PenaltyTrial& trial : fit.trials) lowest = std::min(lowest, trial.loss);
  for (const mtt::PenaltyTrial& trial : fit.trials)
    if (trial.loss <= 1.015 * lowest) c = trial.c;
  CHECK(fit.c == c);

  const std::vector<std::int64_t> kept = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  const mtt::HeadFeatures validation = train.selected(kept);
  fit = mtt::fit_probe(task, train, strata(train.targets), &validation, {.penalty = {}, .threads = 1});
  CHECK(fit.validation);
  CHECK(fit.held_out == 10);
  CHECK(fit.chosen_on == kRows);
}

TEST_CASE("a CRF's probe is where the gradient of its penalised loss vanishes") {
  const std::vector<Value> labels = {Value::Array{Value::Table{{"start", 0}, {"end", 1}, {"label", "x"}}}};
  mtt::Task task = task_of("token_classification", {{"crf", true}}, labels);
  mtt::HeadFeatures train = features_of(at::empty({kRows}, at::kLong));
  train.examples.clear();
  train.starts = {0};
  for (std::int64_t i = 0; i < kRows; ++i) {  // sentences of six words
    const std::int64_t tag = i % 6 == 0 ? std::min<std::int64_t>(class_of(i, 3), 1) : class_of(i, 3);
    const bool valid = tag != 2 || (i % 6 > 0 && train.targets[i - 1].item<std::int64_t>() != 0);
    train.targets[i] = valid ? tag : 0;
    if (i % 6 == 5) {
      train.examples.push_back(i / 6);
      train.starts.push_back(i + 1);
    }
  }
  const mtt::ProbeFit fit =
      mtt::fit_probe(task, train, std::vector<std::string>(10), nullptr, {.penalty = 2.0, .threads = 2});
  CHECK(fit.converged);

  for (auto& [name, tensor] : task.module().parameters()) tensor.set_requires_grad(true);
  const mtt::FeaturePart all = train.part(0, 10);
  task.loss(all.encoding(task.reads(), at::kFloat), train.targets).backward();
  double pull = 0, left = 0;
  for (auto& [name, tensor] : task.module().parameters()) {
    const double strength = name.ends_with("bias") ? 5e-7 : 0.5;
    left += (tensor.grad() + strength * tensor.detach()).square().sum().item<double>();
    pull += (strength * tensor.detach()).square().sum().item<double>();
  }
  CHECK(std::sqrt(left) < 3e-3 * std::sqrt(pull));
}

TEST_CASE("an ordinal probe finds the same optimum from anywhere") {
  mtt::Task task = task_of("ordinal", {}, {1, 2, 3});
  const mtt::HeadFeatures train = features_of(classes_of(3));
  const mtt::ProbeFit fit =
      mtt::fit_probe(task, train, strata(train.targets), nullptr, {.penalty = 1.0, .threads = 1});
  CHECK(fit.converged);
  CHECK(fit.loss < std::log(3.0) * 0.8);
}

TEST_CASE("a kept probe is found again, and a damaged one is fitted again") {
  const TemporaryFolder folder;
  const mtt::ProbeStore store(folder.path() / "probes");
  const mtt::HeadFeatures train = features_of(classes_of(3));
  int fits = 0;
  const auto get = [&] {
    mtt::Task task = task_of("classification", {}, kThree);
    const mtt::ProbeFit fit = store.find_or_fit("key", task, [&] {
      ++fits;
      return mtt::fit_probe(task, train, strata(train.targets), nullptr, {.penalty = {}, .threads = 1});
    });
    return std::pair(fit, parameter(task, "classifier.weight").clone());
  };
  const auto [first, weight] = get();
  const auto [second, again] = get();
  CHECK(fits == 1);
  CHECK(weight.equal(again));
  CHECK(second.c == first.c);
  CHECK(second.trials.size() == first.trials.size());
  CHECK(second.loss == first.loss);
  folder.write("probes/key.safetensors", "damaged");
  CHECK(get().second.equal(weight));
  CHECK(fits == 2);
}

TEST_CASE("degenerate examples have a finite probe or one message") {
  SECTION("a label without examples") {
    mtt::Task task = task_of("classification", {{"labels", Value::Array{"a", "b", "c", "never"}}}, kThree);
    const mtt::HeadFeatures train = features_of(classes_of(3));
    mtt::fit_probe(task, train, strata(train.targets), nullptr, {.penalty = {}, .threads = 1});
    const double bias = parameter(task, "classifier.bias")[3].item<double>();
    CHECK(bias < -3);
    CHECK(bias > -40);
  }
  SECTION("one label alone") {
    mtt::Task task = task_of("classification", {}, kThree);
    const mtt::HeadFeatures train = features_of(at::zeros({kRows}, at::kLong));
    const auto fit =
        mtt::fit_probe(task, train, strata(train.targets), nullptr, {.penalty = {}, .threads = 1});
    CHECK(std::isfinite(fit.loss));
    CHECK(fit.loss < 0.01);
  }
  SECTION("columns of zeros and of ones") {
    mtt::Task task = task_of("multi_label", {}, {Value::Array{"a", "b"}});
    at::Tensor targets = at::zeros({kRows, 2});
    targets.select(1, 1).fill_(1);
    const mtt::HeadFeatures train = features_of(targets);
    const auto fit =
        mtt::fit_probe(task, train, std::vector<std::string>(kRows), nullptr, {.penalty = {}, .threads = 1});
    CHECK(fit.loss < 0.01);
    CHECK(parameter(task, "classifier.bias").isfinite().all().item<bool>());
  }
  SECTION("one example") {
    mtt::Task task = task_of("classification", {}, kThree);
    const mtt::HeadFeatures train = features_of(classes_of(3)).selected({0});
    const auto fit = mtt::fit_probe(task, train, {"a"}, nullptr, {.penalty = {}, .threads = 1});
    CHECK(fit.trials.empty());
    CHECK(std::isfinite(fit.loss));
  }
  SECTION("constant features") {
    mtt::Task task = task_of("classification", {}, kThree);
    mtt::HeadFeatures train = features_of(classes_of(3));
    train.features.fill_(1);
    const auto fit =
        mtt::fit_probe(task, train, strata(train.targets), nullptr, {.penalty = {}, .threads = 1});
    CHECK(fit.loss == Approx(1.09).margin(0.03));  // the entropy of 19, 24 and 17 of 60
  }
  SECTION("no example") {
    mtt::Task task = task_of("classification", {}, kThree);
    const mtt::HeadFeatures none = features_of(classes_of(3)).selected({});
    CHECK_THROWS_WITH(mtt::fit_probe(task, none, {}, nullptr, {.penalty = {}, .threads = 1}),
                      Catch::Contains("no training example has a label"));
  }
  SECTION("features that are not finite") {
    mtt::Task task = task_of("classification", {}, kThree);
    mtt::HeadFeatures train = features_of(classes_of(3));
    train.features[3][2] = std::numeric_limits<float>::quiet_NaN();
    CHECK_THROWS_WITH(
        mtt::fit_probe(task, train, strata(train.targets), nullptr, {.penalty = 1.0, .threads = 1}),
        Catch::Contains("task 't'"));
  }
}
