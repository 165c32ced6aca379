#include "train/training_step.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>

#include <cmath>
#include <numeric>

#include "catch.h"
#include "freeze/frontier.h"
#include "freeze/selector.h"
#include "mtt/error.h"
#include "small_model.h"

namespace {

const std::vector<SmallTask> kTasks = {{"a"}, {"words", Unit::token, 2}, {"c", Unit::sentence, 3}};
constexpr std::int64_t kLayers = 4, kExamples = 20;

/// Fixed weights, or coefficients, for all tasks.
class FixedWeighting : public mtt::Weighting {
 public:
  FixedWeighting(std::vector<double> weights, mtt::WeightingNeeds needs, bool own = false)
      : weights_(std::move(weights)), needs_(needs), own_(own) {}
  mtt::WeightingNeeds needs() const override { return needs_; }
  void begin(const std::vector<mtt::WeightedTask>&) override {}
  std::vector<double> weights(const mtt::WeightingStep& step) override {
    seen = step;
    return weights_;
  }
  std::vector<double> coefficients(const at::Tensor& gram, const mtt::WeightingStep& step) override {
    CHECK(gram.size(0) == static_cast<std::int64_t>(step.present.size()));
    return std::vector<double>(step.present.size(), 1.0);
  }
  bool own_objective() const override { return own_; }
  mtt::WeightingStep seen;

 private:
  std::vector<double> weights_;
  mtt::WeightingNeeds needs_;
  bool own_;
};

struct Step {
  std::unique_ptr<mtt::MultiTaskModel> model;
  std::vector<mtt::TrainingSource> sources = {small_source("s", {0, 1, 2}, kExamples, true)};
  EqualWeighting equal;
  double dropout;
  bool normalize = true;
  mtt::StepResult result;

  explicit Step(double p = 0, const std::vector<SmallTask>& tasks = kTasks)
      : model(small_model(tasks, kLayers, p)), dropout(p) {}
  void learn(const std::vector<std::string>& selectors) {
    for (auto& [name, tensor] : model->parameters()) {
      bool learns = false;
      for (const std::string& selector : selectors) learns = learns || mtt::selects(selector, name);
      tensor.set_requires_grad(learns);
    }
  }
  /// Gradients by name after one step over all examples.
  std::map<std::string, at::Tensor> run(std::int64_t tokens_per_forward, mtt::Weighting& weighting,
                                        bool prefix = true) {
    std::vector<std::int64_t> all(kExamples);
    std::iota(all.begin(), all.end(), 0);
    std::vector<mtt::SourceBatch> chosen;
    for (std::size_t s = 0; s < sources.size(); ++s) chosen.push_back({s, all});
    const mtt::StepData data =
        mtt::make_step(sources, mtt::sources_of_files(sources), *model, chosen, tokens_per_forward);
    forwards = data.forwards.size();
    mtt::GuardedWeighting balance = guarded(weighting);
    mtt::TrainingStep runner(*model, sources, balance, normalize, 7);
    const std::int64_t start = mtt::frontier(model->backbone().parameters(), kLayers);
    if (prefix) {
      std::vector<mtt::PrefixPlan> plans;
      for (const auto& source : sources) plans.push_back(mtt::plan_prefix(*model, source.tasks, start));
      runner.set_prefix(plans, std::vector<const mtt::ActivationCache*>(sources.size(), nullptr));
    }
    for (auto& [name, tensor] : model->parameters()) tensor.mutable_grad().reset();
    result = runner.run(data, {}, false);
    std::map<std::string, at::Tensor> gradients;
    for (auto& [name, tensor] : model->parameters())
      if (tensor.grad().defined()) gradients[name] = tensor.grad().clone();
    return gradients;
  }
  std::size_t forwards = 0;
};

void check_close(const std::map<std::string, at::Tensor>& some, const std::map<std::string, at::Tensor>& all,
                 double tolerance) {
  for (const auto& [name, gradient] : some) {
    INFO(name);
    REQUIRE(all.contains(name));
    const double scale = 1e-3 + all.at(name).abs().max().item<double>();
    CHECK(largest_difference(gradient, all.at(name)) <= tolerance * scale);
  }
}

}  // namespace

TEST_CASE("gradients of what learns are those of the full model; what is frozen has none") {
  Step full;
  full.learn({"*"});
  const auto all = full.run(10'000, full.equal);
  CHECK(all.size() == full.model->parameters().size());
  const std::vector<std::vector<std::string>> policies = {{"heads"},
                                                          {"heads", "backbone.layers.3"},
                                                          {"heads", "backbone.layers.2-3"},
                                                          {"heads", "backbone.layers.0-3"},
                                                          {"heads.words", "backbone.layers.0"},
                                                          {"backbone.embeddings"},
                                                          {"heads", "*.bias"},
                                                          {"backbone.layers.1"}};
  for (const auto& policy : policies) {
    Step part;
    part.learn(policy);
    const auto some = part.run(10'000, part.equal);
    std::size_t learning = 0;
    for (const auto& [name, tensor] : part.model->parameters()) {
      INFO(name);
      CHECK(some.contains(name) == tensor.requires_grad());
      learning += tensor.requires_grad();
    }
    CHECK(some.size() == learning);
    check_close(some, all, 2e-4);
    for (std::size_t t = 0; t < kTasks.size(); ++t)
      CHECK(part.result.losses[t] == Approx(full.result.losses[t]).epsilon(1e-6));
  }
}

TEST_CASE("losses and gradients do not depend on how a step is cut into forwards") {
  Step whole;
  whole.learn({"*"});
  const auto gradients = whole.run(10'000, whole.equal);
  CHECK(whole.forwards == 1);
  for (const std::int64_t tokens : {1, 13, 40, 100}) {
    Step cut;
    cut.learn({"*"});
    check_close(cut.run(tokens, cut.equal), gradients, 1e-4);
    CHECK(cut.forwards > 1);
    for (std::size_t t = 0; t < kTasks.size(); ++t)
      CHECK(cut.result.losses[t] == Approx(whole.result.losses[t]).epsilon(1e-6));
  }
}

TEST_CASE("the loss of a task is the mean over its labels in the step") {
  Step step(0, {{"a"}});
  step.sources = {small_source("s", {0}, kExamples, true)};
  step.learn({"*"});
  const auto& source = step.sources[0];
  double sum = 0, count = 0;
  for (std::int64_t e = 0; e < kExamples; ++e) {
    if (source.labels[0][e].is(mtt::Value::Kind::null)) continue;
    const mtt::SharedInputs inputs{.batch =
                                       mtt::make_batch(source.tokens, {e}, step.model->backbone().shape())};
    const mtt::Task& task = step.model->tasks()[0];
    const auto encodings = step.model->encode_for({&task}, inputs);
    sum += task.loss(encodings[0], task.prepare({source.labels[0][e]}, inputs.batch, {})).item<double>();
    ++count;
  }
  REQUIRE(count < kExamples);
  step.run(40, step.equal);
  CHECK(step.result.losses[0] == Approx(sum / count).epsilon(1e-6));
}

TEST_CASE("a task without labels in a step adds nothing") {
  Step with, without(0, {{"a"}});
  for (mtt::Value& label : with.sources[0].labels[1]) label = mtt::Value();
  for (mtt::Value& label : with.sources[0].labels[2]) label = mtt::Value();
  without.sources[0].tasks = {0};
  without.sources[0].labels.resize(1);
  with.learn({"*"});
  without.learn({"*"});
  const auto gradients = with.run(10'000, with.equal), alone = without.run(10'000, without.equal);
  CHECK(with.result.seen.present == std::vector<std::size_t>{0});
  CHECK(std::isnan(with.result.losses[1]));
  CHECK(std::isnan(with.result.losses[2]));
  for (const auto& [name, gradient] : gradients) {
    INFO(name);
    REQUIRE(alone.contains(name));
    CHECK(same_bits(gradient, alone.at(name)));
  }
  CHECK(gradients.size() == alone.size());
}

TEST_CASE("a step without any label leaves no gradient") {
  Step step;
  step.learn({"*"});
  for (auto& labels : step.sources[0].labels)
    for (mtt::Value& label : labels) label = mtt::Value();
  CHECK(step.run(10'000, step.equal).empty());
  CHECK(step.result.seen.present.empty());
}

TEST_CASE("weights are scaled to sum to the number of tasks, unless they are a method's own objective") {
  using Needs = mtt::WeightingNeeds;
  Step plain;
  plain.learn({"heads"});
  plain.learn({"*"});
  const auto head = [](const std::map<std::string, at::Tensor>& g, const char* task) {
    return g.at("heads." + std::string(task) + ".classifier.weight");
  };
  const auto gradients = plain.run(10'000, plain.equal);
  for (const Needs needs : {Needs::nothing, Needs::losses, Needs::gradient_norms}) {
    FixedWeighting weighting({4, 1, 1}, needs);
    Step step;
    step.learn({"*"});
    for (const std::int64_t tokens : {10'000, 60}) {
      const auto weighted = step.run(tokens, weighting);
      CHECK(step.result.weights == std::vector<double>{2, 0.5, 0.5});
      check_close({{"x", head(weighted, "a")}}, {{"x", head(gradients, "a") * 2}}, 1e-4);
      check_close({{"x", head(weighted, "words")}}, {{"x", head(gradients, "words") * 0.5}}, 1e-4);
      if (needs != Needs::nothing)
        CHECK(weighting.seen.losses[1] == Approx(plain.result.losses[1]).epsilon(1e-6));
    }
    step.normalize = false;
    step.run(10'000, weighting);
    CHECK(step.result.weights == std::vector<double>{4, 1, 1});
    FixedWeighting own({4, 1, 1}, needs, true);
    step.normalize = true;
    step.run(10'000, own);
    CHECK(step.result.weights == std::vector<double>{4, 1, 1});
  }
}

TEST_CASE("an absent task keeps its weight, and the present ones theirs") {
  FixedWeighting weighting({4, 1, 1}, mtt::WeightingNeeds::losses);
  Step step;
  for (mtt::Value& label : step.sources[0].labels[1]) label = mtt::Value();
  step.learn({"*"});
  step.run(10'000, weighting);
  CHECK(step.result.weights == std::vector<double>{2, 0.5, 0.5});
  CHECK(step.result.seen.present == std::vector<std::size_t>{0, 2});
}

TEST_CASE("where no shared parameter learns all tasks weigh the same") {
  FixedWeighting weighting({4, 1, 1}, mtt::WeightingNeeds::losses);
  Step step;
  step.learn({"heads"});
  step.run(10'000, weighting);
  CHECK(step.result.weights == std::vector<double>{1, 1, 1});
}

TEST_CASE("a task that reads frozen layers alone learns by itself and is not balanced") {
  for (const auto needs : {mtt::WeightingNeeds::nothing, mtt::WeightingNeeds::losses,
                           mtt::WeightingNeeds::gradient_norms, mtt::WeightingNeeds::gram}) {
    INFO(static_cast<int>(needs));
    Step plain, step;
    FixedWeighting weighting({6, 2, 1}, needs);  // "words" reads layer 2, "c" layer 3
    plain.learn({"heads", "backbone.layers.2-3"});
    step.learn({"heads", "backbone.layers.2-3"});
    const auto reference = plain.run(60, plain.equal);
    const auto gradients = step.run(60, weighting);
    CHECK(step.result.seen.present == std::vector<std::size_t>{0, 2});
    CHECK(std::isnan(step.result.seen.losses[1]));
    CHECK(step.result.losses[1] == Approx(plain.result.losses[1]).epsilon(1e-6));
    CHECK(step.result.weights[1] == 1);
    CHECK(step.result.weights[0] + step.result.weights[2] == Approx(2));
    for (const auto& [name, gradient] : gradients)
      if (name.starts_with("heads.words.")) CHECK(largest_difference(gradient, reference.at(name)) < 1e-6);
  }
}

TEST_CASE("a gradient weighting with all coefficients 1 gives the gradient of the plain sum") {
  Step plain, gram;
  FixedWeighting ones({1, 1, 1}, mtt::WeightingNeeds::gram);
  plain.learn({"*"});
  gram.learn({"*"});
  const auto gradients = plain.run(60, plain.equal);
  check_close(gram.run(60, ones), gradients, 1e-4);
}

TEST_CASE("dropout: the same draws again in the same step, others in another forward, none in the prefix") {
  Step one(0.3), two(0.3), other(0.3), frozen(0.3), still;
  one.learn({"*"});
  two.learn({"*"});
  const auto first = one.run(10'000, one.equal), again = two.run(10'000, two.equal);
  for (const auto& [name, gradient] : first) CHECK(same_bits(gradient, again.at(name)));
  other.learn({"*"});
  other.run(60, other.equal);
  CHECK(other.result.losses[0] != Approx(one.result.losses[0]).epsilon(1e-6));
  frozen.learn({"heads"});
  still.learn({"heads"});
  const auto without = frozen.run(10'000, frozen.equal), reference = still.run(10'000, still.equal);
  for (const auto& [name, gradient] : without) CHECK(same_bits(gradient, reference.at(name)));
}

TEST_CASE("a loss that is not finite ends the training with the task's name") {
  Step step;
  step.learn({"*"});
  for (auto& [name, tensor] : step.model->parameters())
    if (name == "heads.c.classifier.bias") at::Tensor(tensor).detach().fill_(std::nan(""));
  CHECK_THROWS_WITH(step.run(10'000, step.equal), Contains("'c'") && Contains("not finite"));
}
