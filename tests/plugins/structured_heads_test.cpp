#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/autograd.h>

#include <cmath>

#include "catch.h"
#include "heads.h"

using mtt::Value;

TEST_CASE("heads declare what their labels are, and name their classes before and after they are saved") {
  using mtt::LabelKind;
  const Value::Table words = {{"labels", Value::Array{"b", "a"}}};
  for (const auto& [name, kind] :
       std::vector<std::pair<std::string, LabelKind>>{{"classification", LabelKind::classes},
                                                      {"pair_classification", LabelKind::classes},
                                                      {"ordinal", LabelKind::classes},
                                                      {"multi_label", LabelKind::sets},
                                                      {"token_classification", LabelKind::spans}}) {
    INFO(name);
    const auto head = make(name, words);
    CHECK(head->label_kind() == kind);
    CHECK(head->label_names() == std::vector<std::string>{"b", "a"});
    const auto restored = make(name);
    restored->restore(head->state());
    CHECK(restored->label_names() == std::vector<std::string>{"b", "a"});
  }
  for (const char* name : {"regression", "similarity"}) {
    CHECK(make(name)->label_kind() == LabelKind::numbers);
    CHECK(make(name)->label_names().empty());
    CHECK_FALSE(make(name)->probabilities(at::zeros({1, 1})).defined());
  }
  CHECK_FALSE(make("token_classification", words)->probabilities(at::zeros({1, 5})).defined());
}

TEST_CASE("probabilities of classes are a softmax, those of sets are independent") {
  const at::Tensor logits = drawn({3, 2}, 4, 3);
  const Value::Table words = {{"labels", Value::Array{"b", "a"}}};
  for (const char* name : {"classification", "pair_classification"})
    CHECK(make(name, words)->probabilities(logits).allclose(logits.exp() / logits.exp().sum(1, true)));
  CHECK(make("multi_label", words)->probabilities(logits).allclose(at::sigmoid(logits)));
}

TEST_CASE("multi_label: the loss is binary cross-entropy over all decisions") {
  const auto head = make("multi_label");
  const std::vector<Value> labels = {Value::Array{"b", "a"}, Value(), Value::Array{}, "c"};
  head->learn_labels(labels);
  CHECK(head->state().at("labels").json() == R"(["a","b","c"])");
  const at::Tensor logits = drawn({4, 3}, 5, 3), targets = head->prepare(labels, {}, {});
  CHECK(head->count(targets) == 9);
  const bool gold[4][3] = {{true, true, false}, {}, {false, false, false}, {false, false, true}};
  double expected = 0;
  for (const int i : {0, 2, 3})
    for (int k = 0; k < 3; ++k) {
      const double p = 1 / (1 + std::exp(-number(logits[i][k])));
      expected -= std::log(gold[i][k] ? p : 1 - p);
    }
  CHECK(number(head->loss(logits, targets)) == Approx(expected));
  CHECK_THROWS_WITH(head->learn_labels({Value(3)}), Contains("expected an array of labels"));
  CHECK_THROWS_WITH(head->prepare({Value::Array{"d"}}, {}, {}), Contains("\"d\""));
}

TEST_CASE("multi_label: decisions by threshold, and scores with known values") {
  const auto head = make("multi_label", {{"threshold", 0.7}});
  head->learn_labels({Value::Array{"a", "b", "c"}});
  at::Tensor logits = at::zeros({3, 3});
  logits[0][0] = 2.0;  // 0.88
  logits[0][1] = 0.8;  // 0.69
  logits[1][1] = 3.0;
  logits[1][2] = 1.0;  // 0.73
  const auto predictions = head->decode(logits, {}, {});
  CHECK(predictions[0].at("labels").json() == R"(["a"])");
  CHECK(predictions[1].at("labels").json() == R"(["b","c"])");
  CHECK(predictions[2].at("labels").json() == "[]");
  CHECK(predictions[0].at("scores").at("b").number() == Approx(0.6899745));
  // decisions: right a b, wrong c, missed b; a: 1, b: 2/3, c: 0
  const std::vector<Value> gold = {Value::Array{"a", "b"}, Value::Array{"b"}, Value::Array{}};
  const auto metrics = head->score(predictions, gold);
  CHECK(metrics[0].name == "micro_f1");
  CHECK(metrics[0].value == Approx(2 * 2.0 / (3 + 3)));
  CHECK(metrics[1].value == Approx((1 + 2.0 / 3 + 0) / 3));
  CHECK(metrics[2].value == Approx(1.0 / 3));
  CHECK(head->right(predictions[2], gold[2]) == true);
  CHECK(head->right(predictions[1], gold[1]) == false);
  CHECK(std::isnan(head->score({}, {})[0].value));
}

TEST_CASE("ordinal: probabilities are those of the proportional-odds model") {
  const auto head = make("ordinal", {{"labels", Value::Array{"low", "middle", "high", "top"}}});
  const std::vector<Value> labels = {"middle", Value(), "top", "low"};
  head->learn_labels(labels);
  head->build(2);
  give_weights(*head, 1);
  const at::Tensor x = drawn({4, 2}, 9, 2);
  const at::Tensor bias = parameter(*head, "thresholds.bias");
  const auto softplus = [](double v) { return std::log1p(std::exp(v)); };
  const double middle = std::log(2.0);
  const double theta[3] = {number(bias[0]) - middle, number(bias[0]) + softplus(number(bias[1])) - middle,
                           number(bias[0]) + softplus(number(bias[1])) + softplus(number(bias[2])) - middle};
  CHECK(theta[0] < theta[1]);
  CHECK(theta[1] < theta[2]);
  const auto probability = [&](std::int64_t i, std::int64_t k) {
    const double score = number((x[i] * parameter(*head, "score.weight")[0]).sum());
    const auto sigmoid = [](double v) { return 1 / (1 + std::exp(-v)); };
    const double up_to = k == 3 ? 1 : sigmoid(theta[k] - score),
                 below = k == 0 ? 0 : sigmoid(theta[k - 1] - score);
    return up_to - below;
  };
  const at::Tensor logits = head->forward({.batch = {}, .sentences = x});
  const at::Tensor targets = head->prepare(labels, {}, {});
  CHECK(head->count(targets) == 3);
  CHECK(number(head->loss(logits, targets)) ==
        Approx(-std::log(probability(0, 1)) - std::log(probability(2, 3)) - std::log(probability(3, 0))));
  const auto predictions = head->decode(logits, {}, {});
  const at::Tensor all = head->probabilities(logits);
  for (std::int64_t i = 0; i < 4; ++i) {
    double best = 0, rank = 0;
    CHECK(number(all[i].sum()) == Approx(1));
    for (std::int64_t k = 0; k < 4; ++k) {
      CHECK(number(all[i][k]) == Approx(probability(i, k)).epsilon(1e-5));
      best = std::max(best, probability(i, k));
      rank += static_cast<double>(k + 1) * probability(i, k);
    }
    CHECK(predictions[i].at("score").number() == Approx(best).epsilon(1e-5));
    CHECK(predictions[i].at("rank").number() == Approx(rank).epsilon(1e-5));
  }
}

TEST_CASE("ordinal: the loss stays finite far from the thresholds, and its gradient right") {
  const auto head = make("ordinal", {{"labels", Value::Array{"a", "b", "c"}}});
  head->learn_labels({"a", "b", "c"});
  head->build(1);
  for (const double far : {-300.0, -20.0, 0.0, 20.0, 300.0}) {
    at::Tensor logits = at::zeros({3, 2});
    logits.select(1, 0).fill_(far);
    logits.select(1, 1).fill_(far + 1);
    logits.set_requires_grad(true);
    const at::Tensor loss = head->loss(logits, head->prepare({"a", "b", "c"}, {}, {}));
    CHECK(std::isfinite(number(loss)));
    const at::Tensor gradient = torch::autograd::grad({loss}, {logits})[0];
    CHECK(gradient.isfinite().all().item<bool>());
    CHECK(gradient.abs().max().item<double>() <= 2);
  }
}

TEST_CASE("ordinal: numbers have an order, words need one") {
  const auto head = make("ordinal");
  head->learn_labels({Value(10), Value(2), "3", Value(), Value(2)});
  CHECK(head->state().at("labels").json() == R"(["2","3","10"])");
  const auto halves = make("ordinal");
  halves->learn_labels({Value(3.5), Value(4), Value(0.5)});
  CHECK(halves->state().at("labels").json() == R"(["0.5","3.5","4"])");
  CHECK(halves->prepare({Value(4), Value(0.5)}, {}, {}).equal(at::arange(2, -1, -2)));
  CHECK_THROWS_WITH(make("ordinal")->learn_labels({"good", "bad"}),
                    Contains("labels from lowest to highest"));
  CHECK_THROWS_WITH(make("ordinal")->learn_labels({Value(1), Value("1.0"), Value(2)}),
                    Contains("the labels 1 and 1.0 are the same number"));
  CHECK_THROWS_WITH(make("ordinal")->learn_labels({Value(1)}), Contains("at least two labels"));
  const auto scored = make("ordinal");
  scored->learn_labels({Value(1), Value(2), Value(3)});
  const auto guess = [](const char* label) { return Value(Value::Table{{"label", label}}); };
  const auto metrics = scored->score({guess("1"), guess("3"), guess("3"), guess("2")},
                                     {Value(1), Value(3), Value(1), Value(2)});
  // observed (p−g)² = 4; by chance Σp² + Σg² − 2 Σp Σg / n = 23 + 15 − 2·9·7/4 = 6.5
  CHECK(metrics[0].name == "quadratic_kappa");
  CHECK(metrics[0].value == Approx(1 - 4 / 6.5));
  CHECK(metrics[1].value == 0.75);
  CHECK(metrics[2].value == 0.5);
}

TEST_CASE("ordinal: a rank that training lacked is wrong, and no distance is taken to it") {
  const auto head = make("ordinal", {{"labels", Value::Array{"low", "middle", "high"}}});
  head->learn_labels({});
  const auto at = [](const char* label) { return Value(Value::Table{{"label", label}}); };
  const auto metrics =
      head->score({at("low"), at("high"), at("low"), at("high")}, {"low", "middle", "top", Value()});
  CHECK(metrics[1].value == Approx(1.0 / 3));
  CHECK(metrics[2].value == Approx(0.5));
}

TEST_CASE("multi_label: two labels that training lacked are two") {
  const auto head = make("multi_label", {{"labels", Value::Array{"a", "b"}}});
  head->learn_labels({});
  const auto metrics =
      head->score({Value(Value::Table{{"labels", Value::Array{"a"}}})}, {Value(Value::Array{"a", "x", "y"})});
  CHECK(metrics[0].value == Approx(0.5));  // 2 · 1 / (1 + 3)
  CHECK(metrics[1].value == Approx(1.0 / 3));
}

TEST_CASE("pair_classification reads both vectors and their difference") {
  const auto head = make("pair_classification", {{"dropout", 0.0}});
  head->learn_labels({"yes", "no"});
  CHECK(head->reads().grouped);
  head->build(3);
  give_weights(*head, 1);
  CHECK(parameter(*head, "classifier.weight").size(1) == 9);
  const at::Tensor u = drawn({4, 3}, 1), v = drawn({4, 3}, 2);
  const at::Tensor features = at::cat({u, v, (u - v).abs()}, 1);
  const at::Tensor expected =
      features.matmul(parameter(*head, "classifier.weight").t()) + parameter(*head, "classifier.bias");
  const mtt::PackedBatch no_batch;
  mtt::Encoding encoding{.batch = no_batch, .sentences = at::cat({u, v})};
  for (std::int64_t i = 0; i < 4; ++i) {
    encoding.groups.add_pair(i, 4 + i);
  }
  const at::Tensor logits = head->forward(encoding);
  CHECK((logits - expected).abs().max().item<double>() < 1e-5);
  CHECK(head->initialisations().empty());
  CHECK(head->decode(logits, {}, {}).size() == 4);
}
