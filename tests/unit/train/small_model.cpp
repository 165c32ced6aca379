#include "small_model.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/equal.h>

#include <algorithm>
#include <cmath>

#include "experiment/experiment.h"
#include "freeze/freeze_policy.h"
#include "model/adapters.h"
#include "mtt/nn/ragged_attention.h"
#include "mtt/random_stream.h"
#include "train/metric_log.h"
#include "train/metric_recorder.h"

using mtt::Value;

namespace {

constexpr std::int64_t kVocabulary = 30, kAttentionHeads = 2;

}  // namespace

class SmallBackbone::Embeddings : public mtt::nn::Module {
 public:
  explicit Embeddings(double dropout)
      : word(child<mtt::nn::Embedding>("word", kVocabulary, kSmallHidden)),
        norm(child<mtt::nn::LayerNorm>("norm", kSmallHidden, 1e-12)),
        drop(child<mtt::nn::Dropout>("dropout", dropout)) {}
  mtt::nn::Embedding& word;
  mtt::nn::LayerNorm& norm;
  mtt::nn::Dropout& drop;
};

class SmallBackbone::Layer : public mtt::nn::Module {
 public:
  explicit Layer(double dropout)
      : qkv(child<mtt::nn::Linear>("attention.qkv", kSmallHidden, 3 * kSmallHidden)),
        output(child<mtt::nn::Linear>("attention.output", kSmallHidden, kSmallHidden)),
        norm(child<mtt::nn::LayerNorm>("attention.norm", kSmallHidden, 1e-12)),
        inner(child<mtt::nn::Linear>("ffn.intermediate", kSmallHidden, kSmallInner)),
        outer(child<mtt::nn::Linear>("ffn.output", kSmallInner, kSmallHidden)),
        outer_norm(child<mtt::nn::LayerNorm>("ffn.norm", kSmallHidden, 1e-12)),
        drop(child<mtt::nn::Dropout>("dropout", dropout)) {}
  at::Tensor forward(const at::Tensor& x, const mtt::PackedBatch& batch) const {
    static const mtt::nn::Activation gelu("gelu");
    const at::Tensor context = mtt::nn::ragged_attention(qkv.forward(x), batch, kAttentionHeads);
    const at::Tensor y = norm.forward(drop.forward(output.forward(context)) + x);
    return outer_norm.forward(drop.forward(outer.forward(inner.forward(y, gelu))) + y);
  }
  mtt::nn::Linear &qkv, &output;
  mtt::nn::LayerNorm& norm;
  mtt::nn::Linear &inner, &outer;
  mtt::nn::LayerNorm& outer_norm;
  mtt::nn::Dropout& drop;
};

SmallBackbone::SmallBackbone(std::int64_t layers, double dropout)
    : shape_{.vocabulary = kVocabulary,
             .token_types = 0,
             .positions = 0,
             .hidden = kSmallHidden,
             .layers = layers},
      embeddings_(&child<Embeddings>("embeddings", dropout)) {
  for (std::int64_t i = 0; i < layers; ++i)
    layers_.push_back(&child<Layer>("layers." + std::to_string(i), dropout));
}

at::Tensor SmallBackbone::embed(const mtt::PackedBatch& batch) const {
  return embeddings_->drop.forward(embeddings_->norm.forward(embeddings_->word.forward(batch.ids)));
}

at::Tensor SmallBackbone::layers(at::Tensor hidden, const mtt::PackedBatch& batch, std::int64_t from,
                                 std::int64_t to) const {
  for (std::int64_t i = from; i < to; ++i) hidden = layers_[i]->forward(hidden, batch);
  return hidden;
}

std::vector<mtt::AdapterPlace> SmallBackbone::adapter_places() {
  std::vector<mtt::AdapterPlace> places;
  for (std::size_t i = 0; i < layers_.size(); ++i) {
    const auto layer = static_cast<std::int64_t>(i);
    places.push_back({"attention.query", layer, &layers_[i]->qkv, 0, kSmallHidden});
    places.push_back({"attention.value", layer, &layers_[i]->qkv, 2 * kSmallHidden, kSmallHidden});
    places.push_back({"attention.output", layer, &layers_[i]->output, 0, kSmallHidden});
    places.push_back({"ffn.output", layer, &layers_[i]->outer, 0, kSmallHidden});
  }
  return places;
}

void SmallHead::build(std::int64_t width) {
  linear_ = &child<mtt::nn::Linear>("classifier", width, kSmallClasses);
}

at::Tensor SmallHead::forward(const mtt::Encoding& encoding) const {
  return linear_->forward(unit_ == Unit::token ? encoding.tokens : encoding.sentences);
}

at::Tensor SmallHead::prepare(const std::vector<Value>& labels, const mtt::PackedBatch& batch,
                              const mtt::Groups&) const {
  const auto rows = unit_ == Unit::token ? batch.tokens() : static_cast<std::int64_t>(labels.size());
  at::Tensor targets = at::empty({rows}, at::kLong);
  auto* out = targets.mutable_data_ptr<std::int64_t>();
  const auto* text = unit_ == Unit::token ? batch.text.const_data_ptr<std::int64_t>() : nullptr;
  for (std::size_t s = 0; s < labels.size(); ++s) {
    const std::int64_t label = labels[s].is(Value::Kind::null) ? kNoTarget : labels[s].integer();
    if (unit_ == Unit::sentence) {
      out[s] = label;
    } else {
      for (std::int64_t i = batch.offsets[s]; i < batch.offsets[s + 1]; ++i)
        out[i] = text[i] < 0 ? kNoTarget : label;
    }
  }
  return targets;
}

at::Tensor SmallHead::loss(const at::Tensor& logits, const at::Tensor& targets) const {
  return at::cross_entropy_loss(logits, targets, {}, at::Reduction::Sum, kNoTarget);
}

namespace {

class Borrowed : public mtt::Weighting {
 public:
  explicit Borrowed(mtt::Weighting& lender) : lender_(lender) {}
  mtt::WeightingNeeds needs() const override { return lender_.needs(); }
  void begin(const std::vector<mtt::WeightedTask>& tasks) override { lender_.begin(tasks); }
  std::vector<double> weights(const mtt::WeightingStep& step) override { return lender_.weights(step); }
  std::vector<double> coefficients(const at::Tensor& gram, const mtt::WeightingStep& step) override {
    return lender_.coefficients(gram, step);
  }
  at::Tensor combine(const at::Tensor& gradients, const mtt::WeightingStep& step) override {
    return lender_.combine(gradients, step);
  }
  bool own_objective() const override { return lender_.own_objective(); }

 private:
  mtt::Weighting& lender_;
};

}  // namespace

mtt::GuardedWeighting guarded(mtt::Weighting& weighting) {
  return {std::make_unique<Borrowed>(weighting), "borrowed"};
}

void fill_by_name(const std::vector<mtt::nn::NamedParameter>& parameters) {
  const at::NoGradGuard no_grad;
  for (const auto& [name, tensor] : parameters) {
    mtt::RandomStream random(11, name, 0);
    at::Tensor values = at::empty(tensor.sizes(), at::kFloat);
    const float mean = name.ends_with("norm.weight") ? 1.0F : 0.0F;
    auto* out = values.mutable_data_ptr<float>();
    for (std::int64_t i = 0; i < values.numel(); ++i)
      out[i] = mean + 0.25F * static_cast<float>(random.normal());
    at::Tensor(tensor).copy_(values);
  }
}

std::unique_ptr<mtt::MultiTaskModel> small_model(const std::vector<SmallTask>& tasks, std::int64_t layers,
                                                 double dropout, bool dense) {
  std::vector<mtt::SentenceModules::DenseShape> shapes;
  if (dense) shapes.push_back({.in = kSmallHidden, .out = kSmallHidden});
  auto model = std::make_unique<mtt::MultiTaskModel>(
      mtt::GuardedBackbone(std::make_unique<SmallBackbone>(layers, dropout), "small"),
      std::make_unique<mtt::SentenceModules>(kSmallHidden, mtt::Pooling{}, shapes, true, 0));
  for (const SmallTask& task : tasks) {
    auto head = std::make_unique<SmallHead>(task.unit);
    const mtt::Reading reading{.layer = task.layer, .pooling = {}, .normalize = true};
    mtt::Task made(task.name, "small", reading, std::move(head));
    made.build(model->feature_width(made));
    model->add(std::move(made));
  }
  fill_by_name(model->parameters());
  return model;
}

mtt::SharedInputs inputs_of(const mtt::MultiTaskModel& model, const mtt::TrainingSource& source) {
  std::vector<std::int64_t> all(source.tokens.size());
  std::iota(all.begin(), all.end(), std::int64_t{0});
  mtt::SharedInputs inputs{.batch = mtt::make_batch(source.tokens, all, model.backbone().shape())};
  inputs.texts = inputs.batch.part(0, source.examples());
  return inputs;
}

mtt::TrainingSource small_source(const std::string& file, const std::vector<std::size_t>& tasks,
                                 std::int64_t examples, bool gaps) {
  mtt::TrainingSource source;
  source.file = file;
  source.tasks = tasks;
  source.labels.resize(tasks.size());
  mtt::RandomStream random(3, "source", 0);
  for (std::int64_t e = 0; e < examples; ++e) {
    source.texts.emplace_back();
    mtt::TokenizedText& text = source.tokens.emplace_back();
    const auto length = static_cast<std::size_t>(3 + random.below(10));
    for (std::size_t i = 0; i < length; ++i)
      text.tokens.ids.push_back(static_cast<std::int32_t>(random.below(kVocabulary)));
    text.tokens.type_ids.assign(length, 0);
    text.tokens.chars.assign(length, {});
    text.tokens.special.assign(length, 0);
    text.tokens.special.front() = text.tokens.special.back() = 1;
    text.tokens.first_subword.assign(length, 1);
    for (std::size_t t = 0; t < tasks.size(); ++t) {
      const auto label = static_cast<std::int64_t>(
          (text.tokens.ids[1] + static_cast<std::int32_t>(tasks[t])) % kSmallClasses);
      source.labels[t].push_back(gaps && (static_cast<std::size_t>(e) + tasks[t]) % 3 == 0 ? Value()
                                                                                           : Value(label));
    }
  }
  return source;
}

std::map<std::string, at::Tensor> snapshot(const std::vector<mtt::nn::NamedParameter>& parameters) {
  std::map<std::string, at::Tensor> copies;
  for (const auto& [name, tensor] : parameters) copies[name] = tensor.detach().clone();
  return copies;
}

bool same_bits(const at::Tensor& a, const at::Tensor& b) { return a.sizes() == b.sizes() && at::equal(a, b); }

double largest_difference(const at::Tensor& a, const at::Tensor& b) {
  return (a.detach() - b.detach()).abs().max().item<double>();
}

mtt::Experiment small_experiment(const TemporaryFolder& folder, const std::string& tables) {
  return mtt::Experiment::read(folder.write("e.toml", "[backbone]\nmodel = \"m\"\n" + tables), {});
}

SmallTraining::Result SmallTraining::run(bool resume) const {
  const TemporaryFolder own;
  const TemporaryFolder& place = folder ? *folder : own;
  const mtt::Experiment experiment = small_experiment(place, "[train]\n" + train + "\n" + tables);
  const mtt::TrainSettings settings = mtt::TrainSettings::read(experiment.train);
  Result result;
  result.model = small_model(tasks, layers, dropout, dense);
  std::vector<std::string> names;
  for (const SmallTask& task : tasks) names.push_back(task.name);
  mtt::FreezePolicy policy = mtt::FreezePolicy::from(experiment.freeze, layers, names);
  if (!phases.empty()) policy.phases = phases;
  mtt::add_adapters(result.model->backbone(), policy.adapters, 1);
  if (before) before(*result.model);
  result.first = snapshot(result.model->parameters());
  EqualWeighting equal;
  mtt::GuardedWeighting balance = guarded(weighting ? *weighting : equal);
  std::vector<mtt::SourceSize> sizes;
  for (const auto& of_file : mtt::sources_of_files(sources))
    sizes.push_back({sources[of_file.front()].file, sources[of_file.front()].examples()});
  mtt::TrainingJob job{.settings = settings,
                       .cache = mtt::CacheSettings::read(experiment.cache),
                       .seed = static_cast<std::uint64_t>(experiment.run.integer("seed")),
                       .normalize_weights = experiment.weighting.boolean("normalize"),
                       .model = *result.model,
                       .policy = policy,
                       .sources = sources,
                       .weighting = balance,
                       .directory = place.path() / "run",
                       .threads = 1,
                       .sampler = {mtt::SamplerSettings::read(experiment.sampler), sizes, settings.batch_size,
                                   settings.steps_per_epoch, settings.epochs, 1},
                       .model_key = model_key,
                       .data_key = {},
                       .held_out_key = {}};
  if (evaluate) job.evaluate = [&] { return mtt::Evaluation{evaluate(*result.model)}; };
  mtt::MetricRecorder metrics(place.path() / "run" / "metrics.jsonl");
  job.observers = {&metrics, &result.events};
  mtt::train(std::move(job), resume);
  result.last = snapshot(result.model->parameters());
  result.log = mtt::read_metric_log(place.path() / "run" / "metrics.jsonl");
  return result;
}

std::vector<double> SmallTraining::Result::losses(const std::string& task) const {
  std::vector<double> values;
  for (const Value& row : log)
    if (const Value* losses = row.find("loss"))
      if (const Value* loss = losses->find(task)) values.push_back(loss->number());
  return values;
}
