#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "catch.h"
#include "freeze/frontier.h"
#include "freeze/selector.h"
#include "mtt/error.h"
#include "train/training_step.h"
#include "unit/text/bert_tokenizer.h"
#include "unit/train/small_model.h"

using mtt::Value;

namespace {

constexpr std::int64_t kLayers = 4, kExamples = 12;
const char kWords[] = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\nplay\nsome\njazz\nnow\nwake\nme\nup\n";

/// The squared difference of the cosine of both texts and the label; or, coupled, of all cosines of the step,
/// where the others are to be 0.
class Closeness : public mtt::Head {
 public:
  explicit Closeness(bool coupled) : coupled_(coupled) {}
  mtt::Reads reads() const override { return {.grouped = true}; }
  bool coupled() const override { return coupled_; }
  void learn_labels(const std::vector<Value>&) override {}
  Value state() const override { return Value::Table{}; }
  void restore(const Value&) override {}
  void build(std::int64_t) override {}
  at::Tensor forward(const mtt::Encoding& encoding) const override {
    const auto pick = [&](mtt::Role role) { return encoding.groups.pick(encoding.sentences, role); };
    return pick(mtt::Role::first).matmul(pick(mtt::Role::second).t());
  }
  at::Tensor prepare(const std::vector<Value>& labels, const mtt::PackedBatch&,
                     const mtt::Groups&) const override {
    std::vector<float> targets;
    for (const Value& label : labels)
      targets.push_back(label.is(Value::Kind::null) ? NAN : static_cast<float>(label.number()) / 2);
    return at::tensor(targets);
  }
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override {
    const at::Tensor known = targets.eq(targets);
    const at::Tensor own = (logits.diag() - targets.nan_to_num(0)).square().masked_fill(~known, 0).sum();
    return coupled_ ? own + (logits - at::diag(logits.diag())).square().mean(1).sum() : own;
  }
  std::vector<Value> decode(const at::Tensor&, const mtt::PackedBatch&, const mtt::Groups&) const override {
    return {};
  }
  std::vector<mtt::Metric> score(const std::vector<Value>&, const std::vector<Value>&) const override {
    return {};
  }

 private:
  bool coupled_;
};

struct MixedTask {
  std::string name;
  enum Kind { text, joint, groups, coupled } kind = text;
  Unit unit = Unit::sentence;
  std::int64_t layer = -1;
};

const std::vector<MixedTask> kAll = {{"topic"},
                                     {"related", MixedTask::joint},
                                     {"words", MixedTask::text, Unit::token, 2},
                                     {"close", MixedTask::groups},
                                     {"spans", MixedTask::joint, Unit::token, 3}};
const std::vector<MixedTask> kCoupled = {{"contrast", MixedTask::coupled},
                                         {"related", MixedTask::joint},
                                         {"spans", MixedTask::joint, Unit::token},
                                         {"topic", MixedTask::text, Unit::sentence, 3}};

void add(mtt::MultiTaskModel& model, const MixedTask& task) {
  std::unique_ptr<mtt::Head> head;
  if (task.kind == MixedTask::groups || task.kind == MixedTask::coupled)
    head = std::make_unique<Closeness>(task.kind == MixedTask::coupled);
  else
    head = std::make_unique<SmallHead>(task.unit);
  mtt::Task made(task.name, "small", {.layer = task.layer, .pooling = {}, .normalize = true},
                 std::move(head));
  if (task.kind == MixedTask::joint) made.input = mtt::InputKind::joint;
  made.build(model.feature_width(made));
  model.add(std::move(made));
}

std::string text(std::int64_t i) {
  static const std::vector<std::string> words = {"play", "some", "jazz", "now", "wake", "me", "up"};
  std::string made;
  for (std::int64_t k = 0; k <= i * 5 % 7; ++k) made += words[(i * 3 + k * 2) % 7] + " ";
  return made;
}

/// The same examples for all tasks, in one file or in a file for each task. Some labels are missing.
std::vector<mtt::TrainingSource> sources_of(const std::vector<MixedTask>& tasks, bool one_file) {
  static const mtt::Tokenizer tokenizer = bert_tokenizer(kWords);
  std::vector<mtt::TrainingSource> sources;
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    const std::string file = one_file ? "f" : "f" + std::to_string(t);
    const bool joint = tasks[t].kind == MixedTask::joint;
    auto source = std::find_if(sources.begin(), sources.end(), [&](const mtt::TrainingSource& other) {
      return other.file == file && other.joint == joint;
    });
    if (source == sources.end()) {
      source = sources.insert(sources.end(), mtt::TrainingSource());
      source->file = file;
      source->joint = joint;
      for (std::int64_t e = 0; e < kExamples; ++e) source->texts.push_back(text(e));
    }
    if (tasks[t].kind != MixedTask::text && source->second_texts.empty())
      for (std::int64_t e = 0; e < kExamples; ++e) source->second_texts.push_back(text(e + 40));
    source->tasks.push_back(t);
    std::vector<Value>& labels = source->labels.emplace_back();
    for (std::int64_t e = 0; e < kExamples; ++e) {
      const auto number = static_cast<std::int64_t>(t) + e;
      labels.push_back(tasks[t].kind != MixedTask::coupled && number % 4 == 0 ? Value()
                                                                              : Value(number * e % 3));
    }
  }
  for (mtt::TrainingSource& source : sources) source.tokenize(mtt::TextEncoder(tokenizer, 0, ""), 1);
  return sources;
}

/// The gradients of all tasks on the shared parameters, as they are given to it.
class Rows : public mtt::Weighting {
 public:
  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::gradients; }
  void begin(const std::vector<mtt::WeightedTask>&) override {}
  std::vector<double> weights(const mtt::WeightingStep& step) override {
    return std::vector<double>(step.losses.size(), 1.0);
  }
  at::Tensor combine(const at::Tensor& gradients, const mtt::WeightingStep&) override {
    rows = gradients.clone();
    return gradients.sum(0);
  }
  at::Tensor rows;
};

struct Outcome {
  std::vector<double> losses;
  at::Tensor rows;  ///< [K, P]: of a gradient method
  std::map<std::string, at::Tensor> gradients;
  std::vector<std::size_t> parts;  ///< of each forward pass
  std::int64_t examples = 0;
};

struct Setting {
  bool one_file = true;
  std::int64_t tokens_per_forward = 100'000;
  bool by_gradients = false, cached = false;
  std::vector<std::string> trainable = {"*"};
  double dropout = 0;
};

Outcome one_step(const std::vector<MixedTask>& tasks, const Setting& setting) {
  const auto model = small_model({}, kLayers, setting.dropout);
  for (const MixedTask& task : tasks) add(*model, task);
  fill_by_name(model->parameters());
  for (auto& [name, tensor] : model->parameters())
    tensor.set_requires_grad(
        std::any_of(setting.trainable.begin(), setting.trainable.end(),
                    [&](const std::string& selector) { return mtt::selects(selector, name); }));
  const std::vector<mtt::TrainingSource> sources = sources_of(tasks, setting.one_file);
  std::vector<std::int64_t> all(kExamples);
  std::iota(all.begin(), all.end(), std::int64_t{0});
  std::vector<mtt::SourceBatch> chosen;
  const mtt::SourcesOfFiles files = mtt::sources_of_files(sources);
  for (std::size_t f = 0; f < files.size(); ++f) chosen.push_back({f, all});
  const mtt::StepData data = mtt::make_step(sources, files, *model, chosen, setting.tokens_per_forward);

  EqualWeighting equal;
  Rows rows;
  mtt::GuardedWeighting weighting =
      guarded(setting.by_gradients ? static_cast<mtt::Weighting&>(rows) : equal);
  mtt::TrainingStep runner(*model, sources, weighting, true, 7);
  const std::int64_t start = mtt::frontier(model->backbone().parameters(), kLayers);
  std::vector<mtt::PrefixPlan> plans;
  std::vector<std::unique_ptr<mtt::ActivationCache>> caches;
  std::vector<const mtt::ActivationCache*> views;
  for (const mtt::TrainingSource& source : sources) {
    plans.push_back(mtt::plan_prefix(*model, source.tasks, start));
    auto& cache = caches.emplace_back();
    if (setting.cached) {
      cache = std::make_unique<mtt::ActivationCache>(
          *model, source, plans.back(),
          mtt::CacheStorage{.directory = {}, .bytes = 1 << 24, .model_key = {}});
      cache->fill(1, 64, nullptr, [](double) {});
    }
    views.push_back(cache.get());
  }
  runner.set_prefix(plans, views);
  const mtt::StepResult result = runner.run(data, {}, false);
  Outcome outcome{
      .losses = result.losses, .rows = rows.rows, .gradients = {}, .parts = {}, .examples = data.examples};
  for (const mtt::StepForward& forward : data.forwards) outcome.parts.push_back(forward.parts.size());
  for (auto& [name, tensor] : model->parameters())
    if (tensor.grad().defined()) outcome.gradients[name] = tensor.grad().clone();
  return outcome;
}

void check_close(const at::Tensor& one, const at::Tensor& other) {
  CHECK((one - other).norm().item<double>() <= 1e-6 * other.norm().item<double>());
}

void check_same(const Outcome& one, const Outcome& other) {
  REQUIRE(one.losses.size() == other.losses.size());
  for (std::size_t t = 0; t < one.losses.size(); ++t)
    CHECK(one.losses[t] == Approx(other.losses[t]).epsilon(1e-6));
  REQUIRE(one.gradients.size() == other.gradients.size());
  std::vector<at::Tensor> all, of_other;
  for (const auto& [name, gradient] : one.gradients) {
    all.push_back(gradient.flatten());
    of_other.push_back(other.gradients.at(name).flatten());
  }
  REQUIRE(!all.empty());
  check_close(at::cat(all), at::cat(of_other));
  REQUIRE(one.rows.defined() == other.rows.defined());
  for (std::int64_t t = 0; one.rows.defined() && t < one.rows.size(0); ++t)
    check_close(one.rows[t], other.rows[t]);
}

}  // namespace

TEST_CASE("tasks on texts, groups and joint pairs of one file learn as from a file for each of them") {
  for (const bool by_gradients : {false, true})
    for (const std::int64_t tokens : {1, 40, 100'000})
      for (const std::vector<std::string>& trainable : {std::vector<std::string>{"*"},
                                                        {"heads", "backbone.layers.2-3"},
                                                        {"heads", "backbone.layers.3"}}) {
        INFO(by_gradients << " " << tokens << " " << trainable.back());
        Setting setting{.tokens_per_forward = tokens, .by_gradients = by_gradients, .trainable = trainable};
        const Outcome together = one_step(kAll, setting);
        CHECK(together.examples == kExamples);
        CHECK((together.parts.size() == 2) == (tokens > 40));
        setting.one_file = false;
        setting.tokens_per_forward = 100'000;
        check_same(together, one_step(kAll, setting));
      }
}

TEST_CASE("a file is drawn once, and each kind of its inputs is a source") {
  const auto together = sources_of(kAll, true), apart = sources_of(kAll, false);
  CHECK(mtt::sources_of_files(together) == std::vector<std::vector<std::size_t>>{{0, 1}});
  CHECK(mtt::sources_of_files(apart) == std::vector<std::vector<std::size_t>>{{0}, {1}, {2}, {3}, {4}});
  CHECK(together[0].tasks == std::vector<std::size_t>{0, 2, 3});
  CHECK(together[0].tokens.size() == 2 * kExamples);  // the texts are shared with the groups
  CHECK(together[1].tokens.size() == kExamples);
  CHECK(together[1].tokens[3].is_pair());
}

TEST_CASE("the outputs of frozen layers are kept for each kind of inputs") {
  for (const std::vector<std::string>& trainable :
       {std::vector<std::string>{"heads", "backbone.layers.3"}, {"heads"}})
    for (const double dropout : {0.0, 0.3})
      for (const auto* tasks : {&kAll, &kCoupled}) {
        Setting setting{.tokens_per_forward = 40, .trainable = trainable, .dropout = dropout};
        const Outcome computed = one_step(*tasks, setting);
        setting.cached = true;
        check_same(one_step(*tasks, setting), computed);
      }
}

TEST_CASE("a coupled loss beside joint pairs and texts is divided, and is that of files of their own") {
  for (const bool by_gradients : {false, true}) {
    Setting setting{.one_file = false, .by_gradients = by_gradients};
    const Outcome apart = one_step(kCoupled, setting);
    setting.one_file = true;
    for (const std::int64_t tokens : {30, 100'000}) {
      setting.tokens_per_forward = tokens;
      const Outcome together = one_step(kCoupled, setting);
      CHECK((together.parts.front() > 1) == (tokens == 30));
      check_same(together, apart);
    }
  }
}

TEST_CASE("a training on inputs of all kinds resumes bit for bit, and its cache changes nothing") {
  const auto training = [](const TemporaryFolder& folder) {
    SmallTraining made;
    made.folder = &folder;
    made.tasks = {};
    made.dropout = 0.2;
    made.before = [](mtt::MultiTaskModel& model) {
      for (const MixedTask& task : kAll) add(model, task);
      fill_by_name(model.parameters());
    };
    made.sources = sources_of(kAll, true);
    made.train = "epochs = 6\nbatch_size = 4\nsave_every = 2\nevaluate_every = 5\ntokens_per_forward = 60\n";
    return made;
  };
  const std::string frozen = "[freeze]\npolicy = \"bottom_layers\"\nlayers = 3\n";
  for (const std::string& tables : {std::string(), frozen}) {
    double score = 0;
    std::int64_t fails_at = -1;
    const auto evaluate = [&](mtt::MultiTaskModel&) {
      if (++score == static_cast<double>(fails_at)) throw mtt::Error("stopped");
      return mtt::Scores{{"a.accuracy", score}};
    };
    const TemporaryFolder whole_folder, folder;
    SmallTraining whole = training(whole_folder), stopped = training(folder);
    for (SmallTraining* one : {&whole, &stopped}) {
      one->tables = tables;
      one->evaluate = evaluate;
    }
    const auto uninterrupted = whole.run();
    score = 0;
    fails_at = 2;  // step 10, after the checkpoint of step 8
    CHECK_THROWS_WITH(stopped.run(), "stopped");
    score = 1;
    fails_at = -1;
    const auto resumed = stopped.run(true);
    REQUIRE(resumed.last.size() == uninterrupted.last.size());
    for (const auto& [name, tensor] : uninterrupted.last) {
      INFO(name);
      CHECK(same_bits(resumed.last.at(name), tensor));
    }
    CHECK(file_text(folder.path() / "run/metrics.jsonl") ==
          file_text(whole_folder.path() / "run/metrics.jsonl"));
  }

  const TemporaryFolder folder, other;
  SmallTraining cached = training(folder), plain = training(other);
  cached.tables = frozen;
  plain.tables = frozen + "[cache]\nwhere = \"none\"\n";
  const auto with = cached.run(), without = plain.run();
  REQUIRE(with.events.caches.size() == 2);
  CHECK(with.events.caches[0].texts == 2 * kExamples);
  CHECK(with.events.caches[1].texts == kExamples);
  CHECK_FALSE(with.events.caches[0].pairs);
  CHECK(with.events.caches[1].pairs);
  for (const MixedTask& task : kAll) {
    const auto losses = with.losses(task.name), reference = without.losses(task.name);
    REQUIRE(losses.size() == reference.size());
    REQUIRE(losses.size() == 18);
    for (std::size_t i = 0; i < losses.size(); ++i) CHECK(losses[i] == Approx(reference[i]).epsilon(1e-6));
  }
}
