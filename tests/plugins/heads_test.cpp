#include "heads.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "plugin/plugin_catalog.h"

using mtt::Value;

namespace {

constexpr std::int64_t kNone = mtt::Head::kNoTarget;

at::Tensor logs(std::vector<Row> probabilities) {
  for (Row& row : probabilities)
    for (double& p : row) p = std::log(p);
  return matrix(probabilities);
}

/// Σ_i (1−ε)·w_y·(−log p_y) + ε/K·Σ_c w_c·(−log p_c), over rows with a target.
double cross_entropy(const std::vector<Row>& probabilities, const std::vector<std::int64_t>& targets,
                     const Row& weights, double smoothing) {
  double sum = 0;
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (targets[i] == kNone) continue;
    const Row& row = probabilities[i];
    sum -= (1 - smoothing) * weights[targets[i]] * std::log(row[targets[i]]);
    for (std::size_t c = 0; c < row.size(); ++c)
      sum -= smoothing / static_cast<double>(row.size()) * weights[c] * std::log(row[c]);
  }
  return sum;
}

const std::vector<Row> kP = {{0.5, 0.25, 0.25}, {0.1, 0.2, 0.7}, {0.3, 0.3, 0.4}};
const std::vector<Value> kLabels = {"a", "b", Value(), "c"};

std::unique_ptr<mtt::Head> classification(Value::Table options = {}) {
  auto head = make("classification", options);
  head->learn_labels(kLabels);
  return head;
}

/// "play loud songbird now" and "rain": [CLS] play loud song ##bird now [SEP] [CLS] rain [SEP]
mtt::PackedBatch two_sentences() {
  mtt::PackedBatch batch;
  batch.offsets = {0, 7, 10};
  batch.prompt_lengths = {0, 0};
  batch.word = at::tensor({-1, 0, 1, 2, 2, 3, -1, -1, 0, -1}, at::kLong);
  batch.chars = {{0, 0}, {0, 4}, {5, 9}, {10, 14}, {14, 18}, {19, 22}, {0, 0}, {0, 0}, {0, 4}, {0, 0}};
  batch.texts = {"play loud songbird now", "rain"};
  return batch;
}

Value span(int start, int end, const char* label) {
  return Value::Table{{"start", start}, {"end", end}, {"label", label}};
}

const std::vector<Value> kSpans = {Value::Array{span(5, 18, "song"), span(19, 22, "time")}, Value()};
const std::vector<std::int64_t> kTags = {kNone, 0, 1, 2, kNone, 3, kNone, kNone, kNone, kNone};

std::unique_ptr<mtt::Head> token_classification(Value::Table options = {}) {
  auto head = make("token_classification", options);
  head->learn_labels(kSpans);
  return head;
}

}  // namespace

TEST_CASE("classification: losses and counts with smoothing and class weights") {
  const std::vector<Value> labels = {"a", "c", Value()};
  const std::vector<std::int64_t> targets = {0, 2, kNone};
  const Row ones = {1, 1, 1}, weights = {2, 0.5, 3};
  const Value::Table table = {{"a", 2.0}, {"b", 0.5}, {"c", 3}};
  const auto check = [&](const Value::Table& options, const Row& by_class, double smoothing, double count) {
    const auto head = classification(options);
    const at::Tensor prepared = head->prepare(labels, {}, {});
    CHECK(prepared.equal(at::tensor(targets, at::kLong)));
    CHECK(head->count(prepared) == Approx(count));
    CHECK(number(head->loss(logs(kP), prepared)) == Approx(cross_entropy(kP, targets, by_class, smoothing)));
  };
  check({}, ones, 0, 2);
  check({{"label_smoothing", 0.3}}, ones, 0.3, 2);
  check({{"class_weights", table}}, weights, 0, 5);
  check({{"class_weights", table}, {"label_smoothing", 0.3}}, weights, 0.3, 5);

  const auto plain = classification();
  CHECK(number(plain->loss(logs(kP), plain->prepare(labels, {}, {}))) == Approx(std::log(2) - std::log(0.7)));
  const auto flat = classification({{"label_smoothing", 1.0}});
  CHECK(number(flat->loss(logs({{0.5, 0.25, 0.25}}), flat->prepare({"a"}, {}, {}))) ==
        Approx(5 * std::log(2) / 3));
  const auto some = classification({{"class_weights", Value::Table{{"b", 0.0}}}});
  CHECK(some->count(some->prepare({"a", "b", "c", "b"}, {}, {})) == 2);
  CHECK(number(some->loss(logs({{0.5, 0.25, 0.25}}), some->prepare({"b"}, {}, {}))) == 0);
}

TEST_CASE("classification: balanced weights are n / (K n_c) of the training labels") {
  const auto head = make("classification", {{"balanced", true}});
  head->learn_labels({"a", "c", "a", Value(), "b", "a", "c"});
  const auto weight = [&](const char* label) { return head->count(head->prepare({label}, {}, {})); };
  CHECK(weight("a") == Approx(2.0 / 3));
  CHECK(weight("b") == Approx(2));
  CHECK(weight("c") == Approx(1));
  CHECK(number(head->loss(logs({{0.5, 0.25, 0.25}}), head->prepare({"b"}, {}, {}))) ==
        Approx(4 * std::log(2)));
}

TEST_CASE("class weights that are wrong are refused with their place") {
  const auto refused = [](const char* head, const Value& weight, const std::string& label,
                          const std::string& with) {
    Value table;
    table.set(label, weight);
    const auto learn = [&] {
      const Value::Table options = {{"class_weights", table}};
      return head == std::string("classification") ? classification(options) : token_classification(options);
    };
    CHECK_THROWS_WITH(learn(), Contains("e.toml:4:3") && Contains(with));
  };
  for (const char* head : {"classification", "token_classification"}) {
    INFO(head);
    const std::string known = head == std::string("classification") ? "a" : "O";
    refused(head, placed(2.0), "songs", "the label \"songs\" is not among");
    refused(head, placed(-0.5), known, "at least 0");
    refused(head, placed(std::numeric_limits<double>::infinity()), known, "at least 0");
    refused(head, placed("much"), known, "number");
  }
  CHECK_THROWS_WITH(make("classification", {{"balanced", true}, {"class_weights", Value::Table{{"a", 2.0}}}}),
                    Contains("exclude each other"));
}

TEST_CASE("a head keeps its labels, and learns nothing else that a file must hold") {
  for (const char* name : {"classification", "token_classification"}) {
    INFO(name);
    const bool sentences = name == std::string("classification");
    const Value::Table weights = {{sentences ? "a" : "song", 2.0}};
    const Value::Table options = {{"label_smoothing", 0.1}, {"class_weights", weights}};
    const auto learned = sentences ? classification(options) : token_classification(options);
    CHECK(learned->state().json() ==
          (sentences ? "{\"labels\":[\"a\",\"b\",\"c\"]}" : "{\"labels\":[\"song\",\"time\"]}"));
    const auto restored = make(name, options);
    restored->restore(learned->state());
    restored->build(4);
    CHECK(restored->state().json() == learned->state().json());
    REQUIRE(restored->parameters().size() == 2);
    CHECK(restored->parameters()[0].name == "classifier.weight");
    CHECK(restored->parameters()[1].name == "classifier.bias");
  }
}

TEST_CASE("token classification: weights are those of labels, and of O, on first sub-words alone") {
  const mtt::PackedBatch batch = two_sentences();
  const Row ones(5, 1), weights = {0.5, 2, 2, 1, 1};  // O, B-song, I-song, B-time, I-time
  const Value::Table table = {{"O", 0.5}, {"song", 2.0}};
  const std::vector<Row> uniform(10, Row(5, 0.2));
  std::vector<Row> rows;
  for (int t = 0; t < 10; ++t) {
    Row row(5, 0.1);
    row[t % 5] = 0.6;
    rows.push_back(row);
  }
  const auto check = [&](const Value::Table& options, const Row& by_tag, double smoothing, double count) {
    const auto head = token_classification(options);
    head->build(5);
    head->parameters()[0].tensor.copy_(at::eye(5));  // features are logits
    head->parameters()[1].tensor.zero_();
    const auto loss = [&](const std::vector<Row>& probabilities, const at::Tensor& targets) {
      return number(head->loss({.batch = batch, .tokens = logs(probabilities)}, targets));
    };
    const at::Tensor prepared = head->prepare(kSpans, batch, {});
    CHECK(prepared.equal(at::tensor(kTags, at::kLong)));
    CHECK(head->count(prepared) == Approx(count));
    CHECK(loss(rows, prepared) == Approx(cross_entropy(rows, kTags, by_tag, smoothing)));
    double all = 0;
    for (const double w : by_tag) all += w;
    CHECK(loss(uniform, prepared) ==
          Approx(std::log(5) * ((1 - smoothing) * count + smoothing * 4 / 5 * all)));
  };
  check({}, ones, 0, 4);
  check({{"label_smoothing", 0.2}}, ones, 0.2, 4);
  check({{"class_weights", table}}, weights, 0, 5.5);
  check({{"class_weights", table}, {"label_smoothing", 0.2}}, weights, 0.2, 5.5);
}

TEST_CASE("a closed form gives labels and tags without examples a loss that smoothing can carry") {
  // Classes that overlap: where they can be told apart without error, the temperature has no bound.
  const at::Tensor features = matrix({{0, 1}, {1, 2}, {2, 0}, {5, 1}, {1.5, 1}, {3, 2}, {4, 0}, {6, 1}});
  const at::Tensor targets = at::tensor({0, 0, 0, 0, 1, 1, 1, 1}, at::kLong);
  for (const char* name : {"classification", "token_classification"}) {
    for (const char* method : {"class_means", "ridge"}) {
      INFO(name << " by " << method);
      const auto loss = [&](double smoothing) {
        const auto head =
            make(name, {{"labels", Value::Array{"a", "b", "c"}}, {"label_smoothing", smoothing}});
        head->learn_labels(name == std::string("classification")
                               ? std::vector<Value>{"a", "b"}
                               : std::vector<Value>{Value::Array{span(0, 1, "a")}});
        head->build(2);
        head->initialise(method, features, targets);
        const mtt::Encoding encoding{.batch = kNoBatch, .tokens = features, .sentences = features};
        return number(head->loss(encoding, targets)) / 8;
      };
      CHECK(loss(0) < 1);
      CHECK(loss(0.05) - loss(0) > 0);
      CHECK(loss(0.05) - loss(0) < 1);
    }
  }
}

TEST_CASE("dropout before the linear layer depends on reseed alone, and keeps the expectation") {
  constexpr std::int64_t kRows = 20'000;
  for (const char* name : {"classification", "token_classification"}) {
    INFO(name);
    const bool sentences = name == std::string("classification");
    const Value::Table options = {{"dropout", 0.25}};
    const auto head = sentences ? classification(options) : token_classification(options);
    head->build(1);
    for (const auto& [parameter, tensor] : head->parameters())
      at::Tensor(tensor).fill_(parameter == "classifier.weight" ? 1 : 0);
    const at::Tensor features = at::ones({kRows, 1});
    const mtt::Encoding encoding{.batch = kNoBatch, .tokens = features, .sentences = features};
    const auto forward = [&] { return head->forward(encoding); };
    const auto seeded = [&](std::uint64_t seed) {
      head->reseed(seed);
      return forward();
    };
    head->reseed(1);
    CHECK(forward().eq(1).all().item<bool>());

    head->train(true);
    const at::Tensor drawn = seeded(1), next = forward();
    CHECK(drawn.equal(seeded(1)));
    CHECK_FALSE(drawn.equal(next));
    CHECK_FALSE(drawn.equal(seeded(2)));
    const at::Tensor kept = drawn.masked_select(drawn.ne(0));
    CHECK(((kept - 4.0 / 3).abs() < 1e-5).all().item<bool>());
    CHECK(number(drawn.mean()) == Approx(1).margin(0.02));

    head->train(false);
    CHECK(forward().eq(1).all().item<bool>());
  }
  mtt::PluginCatalog catalog({MTT_PLUGINS});
  for (const char* name : {"classification", "token_classification"})
    CHECK(catalog.head(name).options.find("dropout")->fallback->number() == 0.1);
}
