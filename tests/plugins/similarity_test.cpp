#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "heads.h"

using mtt::Value;

namespace {

std::unique_ptr<mtt::Head> similarity(const std::string& loss, double scale = 20) {
  return make("similarity", {{"loss", loss}, {"scale", scale}});
}

/// Pairs of vectors: the second ones stand behind the first ones.
mtt::Encoding pairs_of(const at::Tensor& texts, const at::Tensor& partners) {
  mtt::Encoding encoding{.batch = kNoBatch, .sentences = at::cat({texts, partners})};
  for (std::int64_t i = 0; i < texts.size(0); ++i) {
    encoding.groups.add_pair(i, texts.size(0) + i);
  }
  return encoding;
}

/// Pairs with these cosines, of vectors that differ from pair to pair and are not of unit length.
mtt::Encoding pairs(const Row& cosines) {
  std::vector<Row> texts, partners;
  for (const double c : cosines) {
    const double from = 2.0 * static_cast<double>(texts.size()), to = from + std::acos(c);
    texts.push_back({3 * std::cos(from), 3 * std::sin(from)});
    partners.push_back({std::cos(to) / 2, std::sin(to) / 2});
  }
  return pairs_of(matrix(texts), matrix(partners));
}

double loss_of(const mtt::Head& head, const mtt::Encoding& encoding, const std::vector<Value>& labels) {
  return number(head.loss(encoding, head.prepare(labels, {}, {})));
}

double count_of(const mtt::Head& head, const std::vector<Value>& labels) {
  return head.count(head.prepare(labels, {}, {}));
}

}  // namespace

TEST_CASE("similarity has no weights, and each loss says what it is") {
  for (const char* loss : {"cosine", "cosent", "multiple_negatives"}) {
    INFO(loss);
    const auto head = similarity(loss);
    head->learn_labels({0.5, Value()});
    head->restore(head->state());
    head->build(2);
    CHECK(head->reads().grouped);
    CHECK(head->parameters().empty());
    const bool cosine = loss == std::string("cosine");
    CHECK(head->coupled() == !cosine);
    CHECK(head->loss_kind() == (cosine ? mtt::LossKind::regression : mtt::LossKind::classification));
    const auto predictions = head->decode(head->forward(pairs({1, 0, -0.6})), {}, {});
    REQUIRE(predictions.size() == 3);
    CHECK(predictions[0].at("similarity").number() == Approx(1));
    CHECK(predictions[1].at("similarity").number() == Approx(0).margin(1e-6));
    CHECK(predictions[2].at("similarity").number() == Approx(-0.6));
  }
}

TEST_CASE("similarity by cosine: the squared error of labelled pairs") {
  const auto head = similarity("cosine");
  const std::vector<Value> labels = {0.8, Value(), -1, false, "0.5"};
  head->learn_labels(labels);
  CHECK(count_of(*head, labels) == 4);
  CHECK(loss_of(*head, pairs({1, 0.3, -0.6, 0.5, 0.5}), labels) == Approx(0.04 + 0.16 + 0.25));
  CHECK_THROWS_WITH(head->learn_labels({0.5, placed(3.6)}), Contains("e.toml:4:3") && Contains("-1 to 1"));
  CHECK_THROWS_WITH(head->learn_labels({placed("alike")}), Contains("e.toml:4:3") && Contains("number"));
  CHECK_THROWS_WITH(head->learn_labels({Value(), Value()}), Contains("no pair has a label"));
}

TEST_CASE("similarity by CoSENT: pairs that stand in the wrong order") {
  const auto head = similarity("cosent");
  const auto mean = [&](const Row& cosines, const std::vector<Value>& labels) {
    return loss_of(*head, pairs(cosines), labels) / count_of(*head, labels);
  };
  CHECK(mean({0.5, 0.8}, {1, 0}) == Approx(std::log(1 + std::exp(6))));
  CHECK(mean({0.5, 0.8}, {0, 1}) == Approx(std::log(1 + std::exp(-6))).epsilon(1e-3));
  CHECK(mean({0.5, 0.8}, {1, 1}) == 0);
  CHECK(mean({0.5}, {1}) == 0);
  CHECK(mean({0.1, 0.4, 0.2}, {4.5, 1, 1}) == Approx(std::log(1 + std::exp(6) + std::exp(2))));
  CHECK(mean({0.4, 0.1, 0.2}, {1, 4.5, 1}) == Approx(std::log(1 + std::exp(6) + std::exp(2))));
  CHECK(mean({0.1, 0.9, 0.4, 0.2}, {4.5, Value(), 1, 1}) == Approx(std::log(1 + std::exp(6) + std::exp(2))));
  CHECK(mean({-0.9, -0.3, 0.3, 0.9}, {0, 1, 2, 3}) < 1e-4);
  CHECK(mean({0.9, 0.3, -0.3, -0.9}, {0, 1, 2, 3}) > 36);
  const auto gentle = similarity("cosent", 1);
  CHECK(loss_of(*gentle, pairs({0.5, 0.8}), {1, 0}) == Approx(std::log(1 + std::exp(0.3))));
}

TEST_CASE("similarity by multiple negatives: a text's own partner among all of the step") {
  const mtt::Encoding own = pairs_of(matrix({{2, 0}, {0, 5}}), matrix({{1, 0}, {0, 3}}));
  const mtt::Encoding swapped = pairs_of(matrix({{2, 0}, {0, 5}}), matrix({{0, 3}, {1, 0}}));
  const auto made = [](double scale, const std::vector<Value>& labels) {
    auto head = similarity("multiple_negatives", scale);
    head->learn_labels(labels);
    head->train(true);
    return head;
  };
  const std::vector<Value> both = {1, 0.2}, first = {true, Value()}, not_second = {1, 0};
  const std::vector<Value> none = {Value(), Value()};
  CHECK(loss_of(*made(1, both), own, both) == Approx(2 * std::log(1 + std::exp(-1))));
  CHECK(loss_of(*made(1, both), swapped, both) == Approx(2 * std::log(1 + std::exp(1))));
  CHECK(loss_of(*made(20, both), swapped, both) == Approx(2 * std::log(1 + std::exp(20))));
  CHECK(count_of(*made(1, both), both) == 2);

  for (const auto& labels : {first, not_second}) {
    CHECK(loss_of(*made(1, labels), own, labels) == Approx(std::log(1 + std::exp(-1))));
    CHECK(count_of(*made(1, labels), labels) == 1);
  }
  CHECK(loss_of(*made(1, none), own, none) == Approx(2 * std::log(1 + std::exp(-1))));
  CHECK(count_of(*made(1, none), none) == 2);
  CHECK(count_of(*made(1, both), none) == 0);
}

TEST_CASE("similarity: the order of a step's pairs changes nothing") {
  const at::Tensor texts = matrix({{1, 0.2, 0}, {0.1, -1, 0.5}, {0.3, 0.3, 0.9}, {-1, 0.4, 0.2}});
  const at::Tensor partners = matrix({{0.8, 0.1, 0.3}, {0.5, -0.2, 0.5}, {-0.3, 0.3, 0.1}, {-1, 0.9, 0.2}});
  const std::vector<Value> labels = {0.9, 0.1, Value(), 0.7};
  const std::vector<std::int64_t> order = {2, 0, 3, 1};
  const at::Tensor rows = at::tensor(order, at::kLong);
  std::vector<Value> moved;
  for (const std::int64_t i : order) moved.push_back(labels[i]);
  for (const char* loss : {"cosine", "cosent", "multiple_negatives"}) {
    INFO(loss);
    const auto head = similarity(loss);
    head->learn_labels(labels);
    head->train(true);
    const double before = loss_of(*head, pairs_of(texts, partners), labels);
    CHECK(before > 0.01);
    CHECK(loss_of(*head, pairs_of(texts.index_select(0, rows), partners.index_select(0, rows)), moved) ==
          Approx(before));
  }
}

TEST_CASE("similarity is scored by correlations") {
  const auto head = similarity("cosent");
  const auto predictions = head->decode(head->forward(pairs({0, 0.9, 0.5, 1})), {}, {});
  const auto metrics = head->score(predictions, {1, Value(), "2", 4.0});
  REQUIRE(metrics.size() == 2);
  CHECK(metrics[0].name == "cosine_spearman");
  CHECK(metrics[0].value == Approx(1));
  CHECK(metrics[1].name == "cosine_pearson");
  CHECK(metrics[1].value == Approx(1.5 / std::sqrt(0.5 * 42 / 9)));
}

TEST_CASE("similarity by multiple negatives: a text is also compared with the negatives of the step") {
  auto head = similarity("multiple_negatives", 1);
  head->learn_labels({Value(), Value()});
  CHECK(head->reads().negatives);
  CHECK_FALSE(similarity("cosent")->reads().negatives);
  mtt::Encoding encoding = pairs_of(matrix({{2, 0}, {0, 5}}), matrix({{1, 0}, {0, 3}}));
  encoding.sentences = at::cat({encoding.sentences, matrix({{-1, 0}})});
  encoding.groups.add(4, mtt::Role::negative);
  const double first = std::log(std::exp(1) + 1 + std::exp(-1)) - 1, second = std::log(std::exp(1) + 2) - 1;
  CHECK(loss_of(*head, encoding, {Value(), Value()}) == Approx(first + second));
  CHECK(head->forward(encoding).size(0) == 2);
}
