#include <ATen/Parallel.h>
#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full.h>

#include <cmath>
#include <map>
#include <numeric>

#include "catch.h"
#include "freeze/frontier.h"
#include "freeze/selector.h"
#include "model/transformed_batch.h"
#include "mtt/error.h"
#include "small_model.h"
#include "train/training_step.h"

using mtt::Value;

namespace {

constexpr std::int64_t kExamples = 24, kIds = 30, kMask = 29;

/// Masks about a third of the tokens and predicts them.
class MaskingHead : public mtt::Head {
 public:
  mtt::Reads reads() const override { return {.unit = Unit::token}; }
  bool transforms() const override { return true; }
  void learn_labels(const std::vector<Value>&) override {}
  Value state() const override { return Value::Table{}; }
  void restore(const Value&) override {}
  void build(std::int64_t width) override { linear_ = &child<mtt::nn::Linear>("linear", width, kIds); }
  at::Tensor forward(const mtt::Encoding& encoding) const override {
    return linear_->forward(encoding.tokens);
  }
  at::Tensor prepare(const std::vector<Value>&, const mtt::PackedBatch&, const mtt::Groups&) const override {
    FAIL("prepare of a head that transforms");
    return {};
  }
  mtt::TransformedInput transform(const mtt::PackedBatch& input, mtt::RandomStream& random) const override {
    CHECK(input.size() == 1);
    if (changed) return *changed;
    mtt::TransformedInput result{input.ids.clone(), at::full({input.tokens()}, kNoTarget, at::kLong)};
    for (std::int64_t t = 0; t < input.tokens(); ++t) {
      if (input.text[t].item<std::int64_t>() < 0 || random.uniform() > 0.3) continue;
      result.targets[t] = input.ids[t];
      result.ids[t] = kMask;
    }
    return result;
  }
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override {
    return at::cross_entropy_loss(logits, targets, {}, at::Reduction::Sum, kNoTarget);
  }
  std::vector<Value> decode(const at::Tensor&, const mtt::PackedBatch&, const mtt::Groups&) const override {
    return {};
  }
  std::vector<mtt::Metric> score(const std::vector<Value>&, const std::vector<Value>&) const override {
    return {};
  }
  std::optional<mtt::TransformedInput> changed;  ///< given in place of the head's own

 private:
  mtt::nn::Linear* linear_ = nullptr;
};

void add_masking(mtt::MultiTaskModel& model) {
  const mtt::Reading reading{.layer = -1, .pooling = {}, .normalize = true};
  mtt::Task task("masked", "masking", reading, std::make_unique<MaskingHead>());
  task.build(model.feature_width(task));
  model.add(std::move(task));
  fill_by_name(model.parameters());
}

std::unique_ptr<mtt::MultiTaskModel> masked_model() {
  auto model = small_model({});
  add_masking(*model);
  return model;
}

std::vector<mtt::TrainingSource> masked_sources() {
  std::vector<mtt::TrainingSource> sources = {small_source("s.jsonl", {0}, kExamples)};
  sources[0].transforms = true;
  return sources;
}

using Ids = std::vector<std::int64_t>;

/// Of each example: its ids, then its targets.
std::map<std::int64_t, std::pair<Ids, Ids>> masks(const mtt::StepData& data) {
  std::map<std::int64_t, std::pair<Ids, Ids>> all;
  for (const mtt::StepForward& forward : data.forwards)
    for (std::size_t b = 0; b < forward.rows.size(); ++b)
      for (std::int64_t t = forward.inputs.batch.offsets[b]; t < forward.inputs.batch.offsets[b + 1]; ++t) {
        all[forward.rows[b]].first.push_back(forward.inputs.batch.ids[t].item<std::int64_t>());
        all[forward.rows[b]].second.push_back(forward.targets[0][t].item<std::int64_t>());
      }
  return all;
}

}  // namespace

TEST_CASE("masks depend on seed, step and example, not on the micro-batch or the others of the step") {
  const auto model = masked_model();
  const auto sources = masked_sources();
  std::vector<std::int64_t> order(kExamples), some = {7, 3};
  std::iota(order.begin(), order.end(), 0);
  const auto step = [&](const std::vector<std::int64_t>& examples, std::int64_t tokens,
                        mtt::StepDraws draws) {
    return mtt::make_step(sources, mtt::sources_of_files(sources), *model, {{0, examples}}, tokens, draws);
  };
  const auto whole = step(order, 10'000, {7, 3});
  CHECK(whole.forwards.size() == 1);
  const auto expected = masks(whole);
  for (const std::int64_t tokens : {1, 20, 50}) {
    const auto cut = step({order.rbegin(), order.rend()}, tokens, {7, 3});
    CHECK(cut.forwards.size() > 1);
    CHECK(masks(cut) == expected);
    CHECK(cut.counts == whole.counts);
  }
  for (const auto& [example, mask] : masks(step(some, 10'000, {7, 3}))) CHECK(mask == expected.at(example));
  CHECK(masks(step(order, 10'000, {7, 4})) != expected);
  CHECK(masks(step(order, 10'000, {8, 3})) != expected);

  std::int64_t chosen = 0;
  for (const auto& [example, mask] : expected) {
    const auto& tokens = sources[0].tokens[example].tokens;
    for (std::size_t t = 0; t < tokens.ids.size(); ++t) {
      const bool is_target = mask.second[t] != mtt::Head::kNoTarget;
      CHECK(mask.first[t] == (is_target ? kMask : tokens.ids[t]));
      if (is_target) CHECK((mask.second[t] == tokens.ids[t] && !tokens.special[t]));
      chosen += is_target;
    }
  }
  CHECK(whole.counts[0] == static_cast<double>(chosen));
  CHECK(chosen > 0);
}

TEST_CASE("a frozen prefix reads the ids that a head gave") {
  const auto losses = [](bool prefix, int threads) {
    const auto model = masked_model();
    const auto sources = masked_sources();
    std::vector<std::int64_t> order(kExamples);
    std::iota(order.begin(), order.end(), 0);
    for (auto& [name, tensor] : model->parameters())
      tensor.set_requires_grad(name.starts_with("heads.") || mtt::selects("backbone.layers.2-3", name));
    EqualWeighting equal;
    mtt::GuardedWeighting weighting = guarded(equal);
    mtt::TrainingStep runner(*model, sources, weighting, true, 7);
    const std::int64_t start = mtt::frontier(model->backbone().parameters(), 4);
    CHECK(start == 2);
    if (prefix) runner.set_prefix({mtt::plan_prefix(*model, {0}, start)}, {nullptr});
    at::set_num_threads(threads);
    const auto result = runner.run(
        mtt::make_step(sources, mtt::sources_of_files(sources), *model, {{0, order}}, 60, {7, 3}), {}, false);
    at::set_num_threads(1);
    return result.losses[0];
  };
  const double full = losses(false, 1);
  CHECK(losses(true, 1) == Approx(full).epsilon(1e-6));
  CHECK(losses(true, 2) == Approx(full).epsilon(1e-6));
}

TEST_CASE("a source whose inputs are changed is trained without a cache, the same for any micro-batch") {
  SmallTraining training;
  training.tasks = {};
  training.sources = masked_sources();
  training.before = add_masking;
  training.tables = "[freeze]\npolicy = \"bottom_layers\"\nlayers = 2\n[cache]\nwhere = \"memory\"\n";
  const auto with = [&](const std::string& tokens) {
    training.train =
        "epochs = 6\nbatch_size = 8\nlearning_rate = 0.01\nhead_learning_rate = 0.01\n"
        "tokens_per_forward = " +
        tokens + "\n";
    return training.run();
  };
  const auto whole = with("10000"), cut = with("20");
  CHECK(whole.events.caches.empty());
  CHECK(cut.events.caches.empty());
  const auto a = whole.losses("masked"), b = cut.losses("masked");
  REQUIRE(a.size() == 18);
  REQUIRE(b.size() == a.size());
  for (std::size_t i = 0; i < a.size(); ++i) CHECK(b[i] == Approx(a[i]).epsilon(1e-4));

  SmallTraining other = training;
  other.tasks = {{"a", Unit::token}};
  other.sources = {small_source("s.jsonl", {0}, kExamples)};
  other.before = {};
  CHECK_FALSE(other.run().events.caches.empty());
}

TEST_CASE("what a transform gives is held to its contract") {
  auto own = std::make_unique<MaskingHead>();
  MaskingHead& head = *own;
  const mtt::Task task("masked", "masking", {}, std::move(own));
  const auto sources = masked_sources();
  const auto model = masked_model();
  const mtt::PackedBatch batch = mtt::make_batch(sources[0].tokens, {0}, model->backbone().shape());
  const std::int64_t tokens = batch.tokens();
  const at::Tensor none = at::full({tokens}, mtt::Head::kNoTarget, at::kLong);
  const auto given = [&](at::Tensor ids, at::Tensor targets) {
    head.changed = mtt::TransformedInput{std::move(ids), std::move(targets)};
    mtt::transform_batch(task, batch, {0}, 1, kIds);
  };
  CHECK_NOTHROW(given(batch.ids, none));
  for (const std::int64_t id : {std::int64_t{-1}, kIds})
    CHECK_THROWS_WITH(given(at::full({tokens}, id, at::kLong), none),
                      Contains("task 'masked'") && Contains("'masking'") && Contains("outside 0 to 29"));
  CHECK_THROWS_WITH(given(batch.ids.narrow(0, 0, 1), none), Contains("transformed ids of another shape"));
  CHECK_THROWS_WITH(given({}, none), Contains("transformed ids of another shape"));
  CHECK_THROWS_WITH(given(batch.ids.to(at::kInt), none), Contains("another shape or type than int64"));
  CHECK_THROWS_WITH(given(batch.ids, none.narrow(0, 0, 1)), Contains("targets of another shape"));
  CHECK(mtt::transform_batch(task, {}, {}, 1, kIds).targets.size(0) == 0);
}

TEST_CASE("targets of an input are an array, null where there is none") {
  const auto model = masked_model();
  const auto sources = masked_sources();
  const mtt::PackedBatch batch = mtt::make_batch(sources[0].tokens, {0, 1}, model->backbone().shape());
  at::Tensor targets = at::full({batch.tokens()}, mtt::Head::kNoTarget, at::kLong);
  targets[1] = 5;
  const auto labels = mtt::target_labels(targets, batch, true);
  REQUIRE(labels.size() == 2);
  CHECK(static_cast<std::int64_t>(labels[0].array().size()) == batch.length(0));
  CHECK(labels[0].array()[0].is(Value::Kind::null));
  CHECK(labels[0].array()[1].integer() == 5);
  CHECK(mtt::target_labels(at::full({2}, 0.5), batch, false)[1].json() == "[0.5]");
  CHECK(mtt::target_labels(at::full({2}, NAN), batch, false)[1].json() == "[null]");
}
