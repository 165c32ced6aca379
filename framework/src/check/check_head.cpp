#include "check/check_head.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <thread>

#include "check/samples.h"
#include "data/label_names.h"
#include "eval/class_report.h"
#include "model/top_classes.h"
#include "mtt/error.h"
#include "mtt/label_set.h"
#include "plugin/make_parts.h"
#include "probe/head_features.h"
#include "probe/learned_curvature.h"
#include "probe/probe_objective.h"
#include "value/json.h"

namespace mtt {
namespace {

constexpr std::int64_t kWidth = 12;
constexpr double kTolerance = 1e-5;
constexpr double kPenalty = 0.1;
constexpr std::int64_t kMostEvaluations = 500;
const std::vector<std::int64_t> kWords = {3, 1, 5, 2, 4, 6};

Value span(std::int32_t start, std::int32_t end, const char* label) {
  return Value::Table{{"start", start}, {"end", end}, {"label", label}};
}

/// Labels of the six sentences, the fourth without one.
using SampleLabels = std::vector<Value>;

/// What the head itself gives as examples, one after another.
SampleLabels repeated(const std::vector<Value>& examples) {
  SampleLabels labels;
  for (std::size_t i = 0; i < kWords.size(); ++i)
    labels.push_back(i == 3 ? Value() : examples[i % examples.size()]);
  return labels;
}

/// Labels to try for a head that declares a kind; for one that does not, labels of all kinds.
std::vector<SampleLabels> samples_of(LabelKind kind, const PackedBatch& batch, std::int64_t inputs) {
  const auto word = [&](std::int64_t example, const char* label) {
    const CharSpan chars = batch.chars[batch.offsets[example * inputs] + 1];
    return Value(Value::Array{span(chars.begin, chars.end, label)});
  };
  const Value none;
  const SampleLabels words = {"red", "green", "red", none, "blue", "green"}, integers = {3, 1, 2, none, 1, 3},
                     booleans = {true, false, true, none, false, true},
                     numbers = {Value(0.1), Value(0.9), Value(0.4), none, Value(0.7), Value(0.2)},
                     spans = {word(0, "red"), word(1, "green"), Value(Value::Array{}),
                              none,           word(4, "red"),   word(5, "green")},
                     sets = {Value(Value::Array{"red", "green"}),
                             Value(Value::Array{"green"}),
                             Value(Value::Array{}),
                             none,
                             Value(Value::Array{"red"}),
                             Value(Value::Array{"green"})};
  switch (kind) {
    case LabelKind::classes:
      return {words, integers, numbers, booleans};
    case LabelKind::sets:
      return {sets};
    case LabelKind::spans:
      return {spans};
    case LabelKind::numbers:
      return {numbers, integers};
    case LabelKind::other:
      return {words, numbers, integers, spans, sets, booleans};
  }
  return {};
}

class HeadCheck {
 public:
  HeadCheck(const HeadPlugin& plugin, const Options& options, ContractReport& report)
      : plugin_(plugin), options_(options), report_(report) {}

  void run();

 private:
  std::unique_ptr<Head> made() const { return make_head(plugin_, options_); }
  std::unique_ptr<Head> copy_of(const Head& head) const;
  bool learn();
  bool grouped() const { return reads_.grouped; }
  bool tokens() const { return reads_.unit == Reads::Unit::token; }
  /// Inputs per example: a pair for a head that reads groups.
  std::int64_t inputs() const { return grouped() ? 2 : 1; }
  std::vector<std::int64_t> inputs_of(const std::vector<std::int64_t>& words) const;
  PackedBatch part_of(std::int64_t first, std::int64_t count) const {
    return sample_->batch.part(first * inputs(), count * inputs());
  }
  std::int64_t examples(const PackedBatch& batch) const { return batch.size() / inputs(); }
  std::int64_t rows(const PackedBatch& batch) const {
    return !grouped() && tokens() ? batch.tokens() : examples(batch);
  }
  Encoding features(const PackedBatch& batch) const;
  at::Tensor logits(const Head& head, const PackedBatch& batch) const {
    const at::NoGradGuard no_grad;
    return head.forward(features(batch));
  }
  std::vector<Value> decoded(const Head& head, const PackedBatch& batch) const {
    return head.decode(logits(head, batch), batch);
  }
  at::Tensor loss(const PackedBatch& batch, const at::Tensor& targets) const {
    const Head& head = *head_;
    return head.loss(features(batch), targets);
  }
  std::vector<Value> labels_of(std::int64_t first, std::int64_t count) const {
    return {labels_.begin() + first, labels_.begin() + first + count};
  }

  void check_logits();
  void check_targets();
  void check_loss();
  void check_without_labels();
  void check_gradients();
  void check_predictions();
  void check_declared();
  void check_long_and_empty();
  void check_scores();
  void check_saving();
  void check_closed_forms();
  void check_convex();
  void join_by_input(HeadFeatures& sample) const;
  void check_threads();

  const HeadPlugin& plugin_;
  const Options& options_;
  ContractReport& report_;
  Reads reads_;
  std::unique_ptr<SampleBatch> sample_;
  std::unique_ptr<Head> head_;
  std::vector<Value> labels_;
};

std::unique_ptr<Head> HeadCheck::copy_of(const Head& head) const {
  auto copy = made();
  copy->restore(head.state());
  copy->build(kWidth);
  const auto from = head.parameters();
  auto to = copy->parameters();
  require(from.size() == to.size(), "after restore(state()) and build() the head has " +
                                        std::to_string(to.size()) + " parameters; it had " +
                                        std::to_string(from.size()));
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < from.size(); ++i) {
    require(from[i].name == to[i].name && from[i].tensor.sizes() == to[i].tensor.sizes(),
            "after restore(state()) and build() the parameter '" + from[i].name +
                "' has another name or shape; state() must hold all that build() depends on");
    to[i].tensor.copy_(from[i].tensor);
  }
  return copy;
}

bool HeadCheck::learn() {
  std::string why;
  const auto first = made();
  reads_ = first->reads();
  sample_ = std::make_unique<SampleBatch>(inputs_of(kWords));
  const std::vector<Value> examples = first->example_labels();
  const LabelKind kind = first->label_kind();
  for (const auto& labels : examples.empty() ? samples_of(kind, sample_->batch, inputs())
                                             : std::vector<SampleLabels>(1, repeated(examples))) {
    auto head = made();
    try {
      head->learn_labels(labels);
      head->build(kWidth);
      head->prepare(labels, sample_->batch);
      head_ = std::move(head);
      labels_ = labels;
      return true;
    } catch (const Error& error) {
      why += (why.empty() ? "" : "; ") + std::string(error.what());
    }
  }
  if (!examples.empty()) throw Error("the head does not accept the labels of its example_labels(): " + why);
  if (kind != LabelKind::other)
    throw Error("the head declares labels of the kind " + std::string(label_kind_name(kind)) +
                ", but accepts none of those that were tried: " + why);
  throw Error(
      "the head accepts none of the labels that were tried (words, numbers, integers, spans, arrays of "
      "words, booleans); return some that it accepts from example_labels(): " +
      why);
}

std::vector<std::int64_t> HeadCheck::inputs_of(const std::vector<std::int64_t>& words) const {
  if (!grouped()) return words;
  std::vector<std::int64_t> all;
  for (const std::int64_t count : words) all.insert(all.end(), {count, count + 1});
  return all;
}

/// What an input or token reads depends on itself alone, so that a part of a batch reads the same.
Encoding HeadCheck::features(const PackedBatch& batch) const {
  std::vector<at::Tensor> parts = {sample_values({0, kWidth}, 0)};
  for (std::int64_t b = 0; b < batch.size(); ++b) {
    std::uint64_t seed = static_cast<std::uint64_t>(b % inputs());
    for (const char c : batch.texts[b]) seed = seed * 31 + static_cast<unsigned char>(c);
    parts.push_back(sample_values({tokens() ? batch.length(b) : 1, kWidth}, seed));
  }
  Encoding encoding{.batch = batch};
  (tokens() ? encoding.tokens : encoding.sentences) = at::cat(parts);
  for (std::int64_t e = 0; grouped() && e < examples(batch); ++e) {
    encoding.groups.add_pair(2 * e, 2 * e + 1);
  }
  return encoding;
}

void HeadCheck::check_logits() {
  const PackedBatch& all = sample_->batch;
  const at::Tensor together = logits(*head_, all);
  require(together.dim() == 2 && together.size(0) == rows(all),
          "forward returns a tensor with " + std::to_string(together.dim()) + " dimensions and " +
              std::to_string(together.dim() > 0 ? together.size(0) : 0) + " rows; expected [" +
              std::to_string(rows(all)) + ", K], one row per " +
              (grouped()  ? "group"
               : tokens() ? "token"
                          : "input"));
  require(together.scalar_type() == at::kFloat, "forward returns logits that are not float32");
  require(together.device().is_cpu(), "forward returns logits that are not on the features' device");
  require(distance(together, logits(*head_, all)) == 0,
          "two forward passes over the same features differ; random draws are allowed only in training mode");
  if (head_->coupled()) return;
  for (std::int64_t e = 0; e < examples(all); ++e) {
    const at::Tensor alone = logits(*head_, part_of(e, 1));
    const std::int64_t from = !grouped() && tokens() ? all.offsets[e] : e;
    require(distance(alone, together.narrow(0, from, alone.size(0))) < kTolerance,
            "the logits of an example depend on the other examples of the batch");
  }
}

void HeadCheck::check_targets() {
  const at::Tensor targets = head_->prepare(labels_, sample_->batch);
  require(targets.dim() >= 1 && targets.size(0) == rows(sample_->batch),
          "prepare returns " + std::to_string(targets.dim() >= 1 ? targets.size(0) : 0) +
              " rows of targets; expected " + std::to_string(rows(sample_->batch)));
  const double count = head_->count(targets);
  require(std::isfinite(count) && count > 0,
          "count is " + std::to_string(count) + " where examples have labels");
}

void HeadCheck::check_loss() {
  head_->train(true);
  const auto part = [&](std::int64_t first, std::int64_t size) {
    const PackedBatch batch = part_of(first, size);
    const at::Tensor targets = head_->prepare(labels_of(first, size), batch);
    const at::Tensor sum = loss(batch, targets);
    require(sum.dim() == 0, "loss returns a tensor with " + std::to_string(sum.dim()) +
                                " dimensions; expected one number, the sum over all rows with a target");
    return std::pair(sum.item<double>(), head_->count(targets));
  };
  head_->set_dropout(0);
  const auto [all, count] = part(0, 6);
  require(std::isfinite(all), "the loss is not finite");
  if (head_->coupled()) return;
  const auto [first, first_count] = part(0, 2);
  const auto [rest, rest_count] = part(2, 4);
  require(std::abs(first_count + rest_count - count) < kTolerance * count,
          "count of a batch is " + std::to_string(count) + ", and of its two parts together " +
              std::to_string(first_count + rest_count));
  require(std::abs(first + rest - all) < 1e-4 * (std::abs(all) + 1),
          "the loss of a batch is " + std::to_string(all) + ", and of its two parts together " +
              std::to_string(first + rest) + "; loss must be the sum over rows, not their mean");
}

void HeadCheck::check_without_labels() {
  const SampleBatch nothing({});
  for (const PackedBatch* batch :
       std::initializer_list<const PackedBatch*>{&sample_->batch, &nothing.batch}) {
    const std::string where = batch == &nothing.batch ? "there is no example" : "no example has a label";
    const std::vector<Value> none(static_cast<std::size_t>(examples(*batch)));
    const at::Tensor targets = head_->prepare(none, *batch);
    const double count = head_->count(targets);
    if (count > 0 && grouped() && batch == &sample_->batch) continue;  // pairs may teach by themselves
    require(count == 0, "count is " + std::to_string(count) + " where " + where + "; expected 0");
    const double sum = loss(*batch, targets).item<double>();
    require(sum == 0, "the loss is " + std::to_string(sum) + " where " + where + "; expected 0");
  }
}

void HeadCheck::check_gradients() {
  head_->train(true);
  head_->set_dropout(0);
  Encoding encoding = features(sample_->batch);
  std::vector<at::Tensor> inputs;
  std::vector<std::string> names;
  for (at::Tensor* features : {&encoding.tokens, &encoding.sentences}) {
    if (!features->defined()) continue;
    features->set_requires_grad(true);
    inputs.push_back(*features);
    names.emplace_back("the features");
  }
  for (auto& [name, tensor] : head_->parameters()) {
    tensor.set_requires_grad(true);
    inputs.push_back(tensor);
    names.push_back("the parameter '" + name + "'");
  }
  const Head& head = *head_;
  const at::Tensor loss = head.loss(encoding, head.prepare(labels_, sample_->batch));
  require(loss.requires_grad(), "the loss has no gradient; compute it only with tensor operations");
  const auto gradients = torch::autograd::grad({loss}, inputs, {}, false, false, /*allow_unused=*/true);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    require(gradients[i].defined(), "no gradient reaches " + names[i]);
    require(gradients[i].isfinite().all().item<bool>(), "the gradient on " + names[i] + " is not finite");
    require(gradients[i].abs().max().item<double>() > 0, "the gradient on " + names[i] + " is 0");
  }
  for (auto& [name, tensor] : head_->parameters()) tensor.set_requires_grad(false);
  head_->train(false);
}

void check_prediction(const Value& prediction) {
  require(prediction.is(Value::Kind::table),
          "decode returns " + prediction.json() + "; a prediction is a table");
  const std::string text = prediction.json();
  require(parse_json(text, "a prediction").json() == text,
          "a prediction changes when it is written and read as JSON: " + text);
}

void HeadCheck::check_predictions() {
  const auto predictions = decoded(*head_, sample_->batch);
  require(predictions.size() == kWords.size(), "decode returns " + std::to_string(predictions.size()) +
                                                   " predictions for " + std::to_string(kWords.size()) +
                                                   (grouped() ? " groups" : " inputs"));
  for (const Value& prediction : predictions) check_prediction(prediction);
}

void HeadCheck::check_declared() {
  const LabelKind kind = head_->label_kind();
  const std::vector<std::string> names = head_->label_names();
  const LabelSet known(names);
  auto predictions = decoded(*head_, sample_->batch);
  require(predictions.size() == labels_.size(), "decode returns another number of predictions than labels");
  ClassReport classes;
  try {
    classes = class_report(kind, names, predictions, labels_);
  } catch (const Error& error) {
    throw Error("decode returns " + predictions[0].json() + "; label_kind declares " + label_kind_name(kind) +
                ": " + error.what());
  }
  for (const ClassScore& score : classes.classes)
    require(known.find(score.label).has_value(), "the class " + Value(score.label).json() +
                                                     " is not among label_names(), which are " +
                                                     known.value().json());
  require(copy_of(*head_)->label_names() == names,
          "after restore(state()) label_names() returns other names");
  add_top_classes(Task("check", plugin_.name, {}, copy_of(*head_), true), logits(*head_, sample_->batch),
                  kAllClasses, predictions);
  for (const Value& prediction : predictions)
    if (const Value* top = prediction.find("top"))
      for (const Value& entry : top->array()) {
        const double p = entry.at("score").number();
        require(p >= 0 && p <= 1 + kTolerance,
                "probabilities returns " + std::to_string(p) + "; expected 0 to 1");
      }
}

void HeadCheck::check_long_and_empty() {
  const SampleBatch longer(inputs_of({510, 1})), no_words(inputs_of({0, 2}));
  for (const SampleBatch* sample : {&longer, &no_words}) {
    const auto predictions = decoded(*head_, sample->batch);
    require(predictions.size() == 2, "decode returns " + std::to_string(predictions.size()) +
                                         " predictions for 2 examples, one of them " +
                                         (sample == &longer ? "of 510 words" : "without words"));
    for (const Value& prediction : predictions) check_prediction(prediction);
  }
  const SampleBatch nothing({});
  require(decoded(*head_, nothing.batch).empty(), "decode returns predictions for an empty batch");
}

void HeadCheck::check_scores() {
  const auto names = [](const std::vector<Metric>& metrics) {
    std::vector<std::string> names;
    for (const Metric& metric : metrics) names.push_back(metric.name);
    return names;
  };
  const auto predictions = decoded(*head_, sample_->batch);
  const auto metrics = head_->score(predictions, labels_);
  require(!metrics.empty(), "score returns no metric; the first one is the task's main metric");
  const auto all = names(metrics);
  require(std::set<std::string>(all.begin(), all.end()).size() == all.size(),
          "two metrics have the same name");
  for (const Metric& metric : metrics)
    require(!std::isinf(metric.value), "the metric '" + metric.name + "' is infinite");
  require(names(head_->score({}, {})) == all, "score returns other metric names without examples");
  require(names(made()->score({}, {})) == all, "score returns other metric names before learn_labels");
  for (std::size_t i = 0; i < labels_.size(); ++i)
    if (!labels_[i].is(Value::Kind::null)) head_->right(predictions[i], labels_[i]);
}

void HeadCheck::check_saving() {
  const Value state = head_->state();
  const std::string text = state.json();
  require(parse_json(text, "the state").json() == text,
          "state() changes when it is written and read as JSON: " + text);
  const auto copy = copy_of(*head_);
  require(copy->state().json() == text,
          "after restore(state()) the state is " + copy->state().json() + "; it was " + text);
  require(distance(logits(*head_, sample_->batch), logits(*copy, sample_->batch)) == 0,
          "after saving and loading, the head returns other logits");
  const auto one = decoded(*head_, sample_->batch), other = decoded(*copy, sample_->batch);
  for (std::size_t i = 0; i < one.size(); ++i)
    require(one[i].json() == other[i].json(),
            "after saving and loading, the head predicts " + other[i].json() + "; it was " + one[i].json());
}

void HeadCheck::check_closed_forms() {
  const at::NoGradGuard no_grad;
  require(!grouped() || head_->initialisations().empty(),
          "initialisations() of a head that reads groups; closed forms are for heads that read one input");
  require(!grouped() || !tokens() || !head_->convex(),
          "convex() of a head that reads groups of tokens; probes are for tokens, sentences and groups of "
          "sentences");
  for (const std::string& method : head_->initialisations()) {
    const auto head = copy_of(*head_);
    const Encoding encoding = features(sample_->batch);
    const at::Tensor& all = encoding.tokens.defined() ? encoding.tokens : encoding.sentences;
    const at::Tensor targets = head->prepare(labels_, sample_->batch);
    const at::Tensor known = rows_with_target(targets);
    head->initialise(method, all.index_select(0, known), targets.index_select(0, known));
    require(logits(*head, sample_->batch).isfinite().all().item<bool>(),
            "after initialise(\"" + method + "\") logits are not finite");
  }
}

/// Makes one example of the tokens of each input; `examples` holds the numbers of tokens.
void HeadCheck::join_by_input(HeadFeatures& sample) const {
  const std::vector<std::int64_t>& ends = sample_->batch.offsets;
  std::vector<std::int64_t> starts = {0};
  for (std::int64_t b = 0; b < sample_->batch.size(); ++b) {
    const auto last = std::lower_bound(sample.examples.begin(), sample.examples.end(), ends[b + 1]);
    if (last - sample.examples.begin() > starts.back()) starts.push_back(last - sample.examples.begin());
  }
  sample.examples.resize(starts.size() - 1);
  sample.starts = std::move(starts);
}

/// With a penalty on all parameters, the loss of a convex head has one minimum, wherever the search begins.
void HeadCheck::check_convex() {
  if (!head_->convex()) return;
  Task task("check", plugin_.name, {}, copy_of(*head_), true);
  const Encoding encoding = features(sample_->batch);
  const at::Tensor targets = task.prepare(labels_, sample_->batch);
  const at::Tensor known = rows_with_target(targets);
  HeadFeatures all{.examples = {},
                   .starts = {0},
                   .features = encoding.tokens.defined() ? encoding.tokens : encoding.sentences,
                   .groups = encoding.groups,
                   .targets = targets};
  for (std::int64_t row = 0; row < targets.size(0); ++row) {
    all.examples.push_back(row);
    all.starts.push_back(row + 1);
  }
  HeadFeatures sample = all.selected(
      {known.const_data_ptr<std::int64_t>(), known.const_data_ptr<std::int64_t>() + known.numel()});
  if (tokens() && !grouped()) join_by_input(sample);
  const auto parameters = task.module().parameters();
  const at::Tensor start = parameter_vector(parameters);
  task.module().to({.dtype = at::kDouble});
  for (const auto& [name, tensor] : parameters) tensor.set_requires_grad(true);
  const ProbeObjective objective(task, sample, 1);
  const double dtype_probe = objective.penalised(start, kPenalty).value;
  require(std::isfinite(dtype_probe), "convex() is true, and the loss in float64 is not finite");
  std::vector<double> lowest;
  for (const double factor : {0.0, 1.0, -1.0}) {
    const FeatureBasis basis(parameters, sample.leading());
    LearnedCurvature curvature(basis, sample.rows());
    curvature.set_penalty(kPenalty);
    lowest.push_back(
        minimise_within(
            basis, curvature, [&](const at::Tensor& point) { return objective.penalised(point, kPenalty); },
            start * factor, [](double, double gradient) { return gradient < kTolerance; }, kMostEvaluations)
            .value);
  }
  for (const double value : lowest)
    require(std::abs(value - lowest.front()) <= 1e-3 * (1 + std::abs(lowest.front())),
            "convex() is true, and from other starts the penalised loss ends at " + std::to_string(value) +
                " instead of " + std::to_string(lowest.front()));
}

void HeadCheck::check_threads() {
  const auto expected = decoded(*head_, sample_->batch);
  std::string wrong;
  std::vector<std::thread> crew;
  std::vector<std::vector<Value>> results(4);
  for (auto& result : results)
    crew.emplace_back([&] {
      for (int i = 0; i < 20; ++i) result = decoded(*head_, sample_->batch);
    });
  for (std::thread& thread : crew) thread.join();
  for (const auto& result : results)
    for (std::size_t i = 0; i < expected.size(); ++i)
      require(
          result.at(i).json() == expected[i].json(),
          "predictions differ between one and several threads; forward and decode must not change the head");
}

void HeadCheck::run() {
  if (!report_.step("created from its options", [&] { made(); })) return;
  if (!report_.step("learns labels and builds its parameters", [&] { learn(); })) return;
  if (!report_.step("parameters are float32, with distinct names", [&] {
        std::set<std::string> names;
        for (auto& [name, tensor] : head_->parameters()) {
          require(tensor.scalar_type() == at::kFloat, "the parameter '" + name + "' is not float32");
          require(names.insert(name).second, "two parameters are named '" + name + "'");
        }
        sample_weights(*head_, 3);
      }))
    return;
  report_.step("logits: one row per input, token or group, independent of the other examples",
               [&] { check_logits(); });
  report_.step("targets and their count", [&] { check_targets(); });
  report_.step("loss is a sum over rows", [&] { check_loss(); });
  report_.step("examples without labels have no effect", [&] { check_without_labels(); });
  report_.step("a gradient reaches every parameter and the features", [&] { check_gradients(); });
  head_->train(false);
  report_.step("one prediction per input or group, as JSON", [&] { check_predictions(); });
  report_.step("labels, predictions and probabilities as declared", [&] { check_declared(); });
  report_.step("long, empty and missing input", [&] { check_long_and_empty(); });
  report_.step("metrics", [&] { check_scores(); });
  report_.step("the same after saving and loading", [&] { check_saving(); });
  report_.step("closed forms", [&] { check_closed_forms(); });
  report_.step("a convex loss, also in float64", [&] { check_convex(); });
  report_.step("several threads at once", [&] { check_threads(); });
}

}  // namespace

void check_head(const HeadPlugin& plugin, const Options& options, ContractReport& report) {
  HeadCheck(plugin, options, report).run();
}

}  // namespace mtt
