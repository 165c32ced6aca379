#include "train/recomputed_vectors.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numeric>

#include "catch.h"
#include "freeze/frontier.h"
#include "freeze/selector.h"
#include "model/adapters.h"
#include "small_model.h"
#include "train/training_step.h"
#include "unit/text/bert_tokenizer.h"

using mtt::Value;

namespace {

constexpr std::int64_t kLayers = 4, kExamples = 12;
const char kWords[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nplay\nsome\njazz\nnow\nwake\nme\nup\n";

/// In-batch negatives and explicit ones, with dropout in the head.
class Contrast : public mtt::Head {
 public:
  mtt::Reads reads() const override { return {.grouped = true, .negatives = true}; }
  bool coupled() const override { return true; }
  void learn_labels(const std::vector<Value>&) override {}
  Value state() const override { return Value::Table{}; }
  void restore(const Value&) override {}
  void build(std::int64_t width) override {
    linear_ = &child<mtt::nn::Linear>("linear", width, width);
    dropout_ = &child<mtt::nn::Dropout>("dropout", 0.2);
  }
  at::Tensor forward(const mtt::Encoding& encoding) const override { return encoding.sentences; }
  at::Tensor prepare(const std::vector<Value>& labels, const mtt::PackedBatch&,
                     const mtt::Groups&) const override {
    return at::ones({static_cast<std::int64_t>(labels.size())});
  }
  at::Tensor loss(const mtt::Encoding& encoding, const at::Tensor& targets) const override {
    const at::Tensor all = linear_->forward(dropout_->forward(encoding.sentences));
    const at::Tensor candidates = at::cat(
        {encoding.groups.pick(all, mtt::Role::second), encoding.groups.pick(all, mtt::Role::negative)});
    const at::Tensor scores = encoding.groups.pick(all, mtt::Role::first).matmul(candidates.t());
    return at::cross_entropy_loss(scores, at::arange(targets.size(0)), {}, at::Reduction::Sum);
  }
  std::vector<Value> decode(const at::Tensor&, const mtt::PackedBatch&, const mtt::Groups&) const override {
    return {};
  }
  std::vector<mtt::Metric> score(const std::vector<Value>&, const std::vector<Value>&) const override {
    return {};
  }

 private:
  mtt::nn::Linear* linear_ = nullptr;
  mtt::nn::Dropout* dropout_ = nullptr;
};

struct Setting {
  std::vector<std::string> trainable = {"*"};
  bool lora = false, cached = false;
};

struct Result {
  double loss = 0;
  std::size_t parts = 0;
  std::map<std::string, at::Tensor> gradients;
};

Result run(const Setting& setting, std::int64_t tokens_per_forward) {
  const auto model = small_model({}, kLayers, 0.3);
  mtt::Task task("pairs", "contrast", {.layer = -1, .pooling = {}, .normalize = true},
                 std::make_unique<Contrast>());
  task.build(model->feature_width(task));
  model->add(std::move(task));
  if (setting.lora)
    mtt::add_adapters(
        model->backbone(),
        {.kind = mtt::AdapterSettings::Kind::lora, .places = {"attention.query"}, .size = 2, .alpha = 16}, 1);
  fill_by_name(model->parameters());
  for (auto& [name, tensor] : model->parameters()) {
    bool trains = false;
    for (const std::string& selector : setting.trainable) trains = trains || mtt::selects(selector, name);
    tensor.set_requires_grad(trains);
  }
  const mtt::Tokenizer tokenizer = bert_tokenizer(kWords);
  std::vector<mtt::TrainingSource> sources(1);
  mtt::TrainingSource& source = sources.front();
  source.file = "pairs";
  source.tasks = {0};
  source.labels = {std::vector<Value>(kExamples)};
  const std::vector<std::string> words = {"play", "some", "jazz", "now", "wake", "me", "up"};
  const auto text = [&](std::int64_t i) {
    std::string made;
    for (std::int64_t k = 0; k <= i * 5 % 7; ++k) made += words[(i * 3 + k * 2) % 7] + " ";
    return made;
  };
  for (std::int64_t e = 0; e < kExamples; ++e) {
    source.texts.push_back(text(e));
    source.second_texts.push_back(text(e + 40));
    source.negatives.emplace_back();
    for (std::int64_t n = 0; n < e % 3; ++n) source.negatives.back().push_back(text(90 + 3 * e + n));
  }
  source.tokenize(mtt::TextEncoder(tokenizer, 0, ""), 1);

  std::vector<std::int64_t> all(kExamples);
  std::iota(all.begin(), all.end(), std::int64_t{0});
  const mtt::StepData data =
      mtt::make_step(sources, mtt::sources_of_files(sources), *model, {{0, all}}, tokens_per_forward);
  REQUIRE(data.forwards.size() == 1);
  EqualWeighting equal;
  mtt::GuardedWeighting weighting = guarded(equal);
  mtt::TrainingStep runner(*model, sources, weighting, true, 7);
  const std::int64_t start = mtt::frontier(model->backbone().parameters(), kLayers);
  const mtt::PrefixPlan plan = mtt::plan_prefix(*model, source.tasks, start);
  std::unique_ptr<mtt::ActivationCache> cache;
  if (setting.cached) {
    cache = std::make_unique<mtt::ActivationCache>(
        *model, source, plan, mtt::CacheStorage{.directory = {}, .bytes = 1 << 24, .model_key = {}});
    cache->fill(1, 64, nullptr, [](double) {});
  }
  runner.set_prefix({plan}, {cache.get()});
  const mtt::StepResult made = runner.run(data, {}, false);
  Result result{made.losses[0], data.forwards[0].parts.size(), {}};
  for (auto& [name, tensor] : model->parameters())
    if (tensor.grad().defined()) result.gradients[name] = tensor.grad().clone();
  return result;
}

}  // namespace

TEST_CASE("a coupled step in parts has the loss and the gradients of the undivided one, with dropout") {
  for (const Setting& setting :
       {Setting{}, Setting{{"heads", "*.lora.*", "*.lora"}, true}, Setting{{"heads", "backbone.layers.2-3"}},
        Setting{{"heads", "backbone.layers.2-3"}, false, true}, Setting{{"heads"}, false, true}}) {
    const Result whole = run(setting, 100'000);
    REQUIRE(whole.parts == 0);
    REQUIRE(!whole.gradients.empty());
    for (const std::int64_t tokens : {1, 30, 70}) {
      INFO(tokens << " " << setting.trainable.size() << " " << setting.lora << " " << setting.cached);
      const Result cut = run(setting, tokens);
      CHECK(cut.parts > 1);
      CHECK(cut.loss == Approx(whole.loss).epsilon(1e-6));
      REQUIRE(cut.gradients.size() == whole.gradients.size());
      double difference = 0, size = 0;
      for (const auto& [name, gradient] : whole.gradients) {
        INFO(name);
        const double off = (cut.gradients.at(name) - gradient).norm().item<double>(),
                     norm = gradient.norm().item<double>();
        CHECK(off <= 1e-5 * norm + 1e-9);
        difference += off * off;
        size += norm * norm;
      }
      CHECK(std::sqrt(difference) <= 1e-6 * std::sqrt(size));
    }
  }
}

TEST_CASE("each example goes with its second text and its negatives") {
  mtt::TrainingSource source;
  source.texts = {"play", "some"};
  source.second_texts = {"jazz", "now"};
  source.negatives = {{"wake", "me"}, {"up"}};
  const mtt::Tokenizer tokenizer = bert_tokenizer(kWords);
  source.tokenize(mtt::TextEncoder(tokenizer, 0, ""), 1);
  CHECK(source.tokens.size() == 7);
  CHECK(source.inputs_of(0) == std::vector<std::int64_t>{0, 2, 4, 5});
  CHECK(source.inputs_of(1) == std::vector<std::int64_t>{1, 3, 6});
  CHECK(source.tokens[6].text == "up");
}

TEST_CASE("an example that a step has twice has its inputs twice") {
  const auto model = small_model({}, 1);
  mtt::Task task("pairs", "contrast", {}, std::make_unique<Contrast>());
  task.build(model->feature_width(task));
  model->add(std::move(task));
  std::vector<mtt::TrainingSource> sources(1);
  mtt::TrainingSource& source = sources.front();
  source.tasks = {0};
  source.texts = {"play", "some now", "me"};
  source.second_texts = {"jazz now", "up", "wake me up"};
  source.labels = {std::vector<Value>(3)};
  const mtt::Tokenizer tokenizer = bert_tokenizer(kWords);
  source.tokenize(mtt::TextEncoder(tokenizer, 0, ""), 1);
  const mtt::StepData data =
      mtt::make_step(sources, mtt::sources_of_files(sources), *model, {{0, {1, 0, 1, 2}}}, 8);
  REQUIRE(data.forwards.size() == 1);
  const mtt::StepForward& forward = data.forwards[0];
  CHECK(forward.rows.size() == 8);
  CHECK(forward.inputs.groups.size() == 4);
  std::vector<int> used(8);
  for (const std::int64_t row : forward.inputs.groups.rows) ++used[static_cast<std::size_t>(row)];
  CHECK(used == std::vector<int>(8, 1));
  REQUIRE(forward.parts.size() > 1);
  std::vector<int> in_parts(8);
  for (const auto& part : forward.parts)
    for (const std::int64_t row : part) ++in_parts[static_cast<std::size_t>(row)];
  CHECK(in_parts == std::vector<int>(8, 1));
}
