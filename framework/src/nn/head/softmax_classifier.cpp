#include "mtt/head/softmax_classifier.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/softmax.h>

#include "mtt/error.h"
#include "mtt/metrics.h"
#include "mtt/nn/closed_form.h"

namespace mtt {

OptionList SoftmaxSettings::options() {
  return OptionList()
      .strings("labels", std::vector<std::string>{},
               "The labels in their order; empty: those of the training set, sorted.")
      .number("dropout", 0.1, 0, 0.9, "Dropout before the linear layer during training.")
      .number("label_smoothing", 0, 0, 1,
              "Label smoothing: share of a target that is spread over all labels (Szegedy et al. 2016).")
      .table("class_weights", "Weights in the loss: label = weight; default 1.")
      .boolean("balanced", false, "Whether each label has the weight n / (number of labels · its examples).");
}

SoftmaxSettings SoftmaxSettings::read(const Options& options) {
  return {.labels = LabelSet(options.strings("labels")),
          .dropout = options.number("dropout"),
          .label_smoothing = options.number("label_smoothing"),
          .class_weights = options.value("class_weights"),
          .balanced = options.boolean("balanced")};
}

SoftmaxClassifier::SoftmaxClassifier(SoftmaxSettings settings)
    : settings_(std::move(settings)),
      labels_(settings_.labels),
      loss_{.label_smoothing = settings_.label_smoothing},
      dropout_(child<nn::Dropout>("dropout", settings_.dropout)) {
  if (settings_.balanced && !settings_.class_weights.table().empty())
    settings_.class_weights.refuse("class_weights and balanced = true exclude each other; remove one");
}

void SoftmaxClassifier::learn_weights(const std::vector<Value>& labels) {
  if (!settings_.balanced && settings_.class_weights.table().empty()) return;
  loss_.class_weights = at::ones({labels_.size()}, at::kFloat);
  auto* weights = loss_.class_weights.mutable_data_ptr<float>();
  for (const auto& [label, weight] : settings_.class_weights.table())
    weights[labels_.index(Value(label).placed(weight.place()))] = nn::class_weight(weight);
  if (!settings_.class_weights.table().empty() && !(loss_.class_weights.sum().item<float>() > 0))
    settings_.class_weights.refuse("all class weights are 0, so nothing would be trained; set one above 0");
  if (!settings_.balanced) return;
  std::vector<double> counts(labels_.size(), 0.0);
  double all = 0;
  for (const Value& label : labels) {
    if (label.is(Value::Kind::null)) continue;
    counts[labels_.index(label)] += 1;
    all += 1;
  }
  for (std::size_t c = 0; c < counts.size(); ++c)
    if (counts[c] > 0)
      weights[c] = static_cast<float>(all / (static_cast<double>(counts.size()) * counts[c]));
}

void SoftmaxClassifier::learn_labels(const std::vector<Value>& labels) {
  std::vector<std::string> names;
  for (const Value& label : labels) {
    if (label.is(Value::Kind::null)) continue;
    if (labels_.size() > 0)
      labels_.index(label);
    else
      names.push_back(LabelSet::text(label));
  }
  if (labels_.size() == 0) labels_ = LabelSet::sorted(std::move(names));
  if (labels_.size() < 2)
    throw Error("a classification needs at least two labels, but the examples have " +
                std::to_string(labels_.size()));
  learn_weights(labels);
}

Value SoftmaxClassifier::state() const { return Value::Table{{"labels", labels_.value()}}; }

void SoftmaxClassifier::restore(const Value& state) { labels_ = LabelSet::from_value(state.at("labels")); }

void SoftmaxClassifier::build(std::int64_t width) {
  classifier_ = &child<nn::Linear>("classifier", width, labels_.size());
}

at::Tensor SoftmaxClassifier::forward(const Encoding& encoding) const { return logits(encoding.sentences); }

at::Tensor SoftmaxClassifier::logits(const at::Tensor& vectors) const {
  return classifier_->forward(dropout_.forward(vectors));
}

at::Tensor SoftmaxClassifier::prepare(const std::vector<Value>& labels, const PackedBatch&,
                                      const Groups&) const {
  at::Tensor targets = at::empty({static_cast<std::int64_t>(labels.size())}, at::kLong);
  auto* out = targets.mutable_data_ptr<std::int64_t>();
  for (const Value& label : labels) *out++ = label.is(Value::Kind::null) ? kNoTarget : labels_.index(label);
  return targets;
}

at::Tensor SoftmaxClassifier::loss(const at::Tensor& logits, const at::Tensor& targets) const {
  return loss_.sum(logits, targets);
}

double SoftmaxClassifier::count(const at::Tensor& targets) const { return loss_.count(targets); }

std::vector<Value> SoftmaxClassifier::decode(const at::Tensor& logits, const PackedBatch&,
                                             const Groups&) const {
  const auto [scores, indices] = at::softmax(logits, 1).max(1);
  const float* score = scores.const_data_ptr<float>();
  const std::int64_t* index = indices.const_data_ptr<std::int64_t>();
  std::vector<Value> predictions;
  predictions.reserve(logits.size(0));
  for (std::int64_t i = 0; i < logits.size(0); ++i)
    predictions.emplace_back(Value::Table{{"label", labels_.name(index[i])}, {"score", double{score[i]}}});
  return predictions;
}

at::Tensor SoftmaxClassifier::probabilities(const at::Tensor& logits) const { return at::softmax(logits, 1); }

std::vector<Metric> SoftmaxClassifier::score(const std::vector<Value>& predictions,
                                             const std::vector<Value>& labels) const {
  ScoredLabels numbers(labels_);
  std::vector<std::int64_t> predicted, gold;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].is(Value::Kind::null)) continue;
    predicted.push_back(numbers.number(predictions[i].at("label").string()));
    gold.push_back(numbers.number(LabelSet::text(labels[i])));
  }
  return {{"accuracy", accuracy(predicted, gold)}, {"macro_f1", macro_f1(predicted, gold)}};
}

std::optional<bool> SoftmaxClassifier::right(const Value& prediction, const Value& label) const {
  return prediction.at("label").string() == LabelSet::text(label);
}

void SoftmaxClassifier::initialise(const std::string& method, const at::Tensor& features,
                                   const at::Tensor& targets) {
  const auto layer = nn::closed_form_classifier(method, features, targets, labels_.size());
  classifier_->assign(layer.weight, layer.bias);
}

}  // namespace mtt
