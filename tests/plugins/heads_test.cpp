#include <ATen/TensorOperators.h>
#include <ATen/core/Tensor.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/eye.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros.h>

#include <cmath>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "catch.h"
#include "mtt/error.h"
#include "mtt/head.h"
#include "plugin/make_parts.h"
#include "plugin/plugin_catalog.h"

using mtt::Value;

namespace {

using Row = std::vector<double>;

constexpr std::int64_t kNone = mtt::Head::kNoTarget;

std::unique_ptr<mtt::Head> make(const std::string& name, const Value::Table& options = {}) {
  mtt::PluginCatalog catalog({MTT_PLUGINS});
  const mtt::HeadPlugin plugin = catalog.head(name);
  return mtt::make_head(plugin, mtt::Options::read(plugin.options, options, "[tasks.t]"));
}

/// A value as if it stood in line 4 of a file.
Value placed(Value value) { return value.placed({std::make_shared<const std::string>("e.toml"), 4, 3}); }

at::Tensor matrix(const std::vector<Row>& rows) {
  at::Tensor result =
      at::zeros({static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(rows[0].size())});
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t k = 0; k < rows[i].size(); ++k)
      result[static_cast<std::int64_t>(i)][static_cast<std::int64_t>(k)] = rows[i][k];
  return result;
}

at::Tensor logs(std::vector<Row> probabilities) {
  for (Row& row : probabilities)
    for (double& p : row) p = std::log(p);
  return matrix(probabilities);
}

double number(const at::Tensor& scalar) { return scalar.item<double>(); }

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

std::unique_ptr<mtt::Head> similarity(const std::string& loss, double scale = 20) {
  return make("similarity", {{"loss", loss}, {"scale", scale}});
}

const mtt::PackedBatch kNoBatch;

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
