// Any number of labels a sentence.
#include <ATen/TensorOperators.h>
#include <ATen/ops/binary_cross_entropy_with_logits.h>
#include <ATen/ops/full.h>
#include <ATen/ops/isnan.h>

#include <algorithm>
#include <limits>

#include "mtt/error.h"
#include "mtt/label_set.h"
#include "mtt/metrics.h"
#include "mtt/nn/layers.h"
#include "mtt/nn/sigmoid.h"
#include "mtt/plugin.h"

namespace {

using mtt::Value;

/// The head's options.
struct MultiLabelSettings {
  mtt::LabelSet labels;
  double dropout = 0;
  double threshold = 0.5;  ///< probability from which a label is given
};

/// One logistic regression a label on sentence vectors: topics, emotions, tags. The loss is the binary
/// cross-entropy, and its mean runs over all decisions, examples times labels.
class MultiLabel : public mtt::Head {
 public:
  explicit MultiLabel(MultiLabelSettings settings);

  mtt::LabelKind label_kind() const override { return mtt::LabelKind::sets; }
  std::vector<std::string> label_names() const override { return labels_.names(); }
  /// A label is an array of names, empty where none applies; a string stands for an array of one.
  void learn_labels(const std::vector<mtt::Value>& labels) override;
  mtt::Value state() const override;
  void restore(const mtt::Value& state) override;
  void build(std::int64_t width) override;
  /// → [B, K]
  at::Tensor forward(const mtt::Encoding& encoding) const override;
  /// → float [B, K]: 1 where a label applies, else 0; NaN in all of a row without a label
  at::Tensor prepare(const std::vector<mtt::Value>& labels, const mtt::PackedBatch& batch,
                     const mtt::Groups&) const override;
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override;
  bool convex() const override { return true; }
  /// {"labels": ["travel", "food"], "scores": {"food": 0.71, "travel": 0.93, ...}}
  std::vector<mtt::Value> decode(const at::Tensor& logits, const mtt::PackedBatch& batch,
                                 const mtt::Groups&) const override;
  at::Tensor probabilities(const at::Tensor& logits) const override;
  std::vector<mtt::Metric> score(const std::vector<mtt::Value>& predictions,
                                 const std::vector<mtt::Value>& labels) const override;
  std::optional<bool> right(const mtt::Value& prediction, const mtt::Value& label) const override;

 private:
  MultiLabelSettings settings_;
  mtt::LabelSet labels_;
  mtt::nn::Dropout& dropout_;
  mtt::nn::Linear* classifier_ = nullptr;
};

std::vector<Value> names_of(const Value& label) {
  if (label.is(Value::Kind::string)) return {label};
  if (!label.is(Value::Kind::array)) mtt::refuse_label(label, mtt::LabelKind::sets);
  const Value::Array& names = label.array();
  for (const Value& name : names) {
    if (name.is(Value::Kind::table) || name.is(Value::Kind::array))
      mtt::refuse_label(label, mtt::LabelKind::sets);
    const std::string text = mtt::LabelSet::text(name);
    if (std::count_if(names.begin(), names.end(), [&](const Value& other) {
          return other.kind() == name.kind() && mtt::LabelSet::text(other) == text;
        }) > 1)
      label.refuse("the label " + Value(text).json() + " occurs twice in " + label.json() +
                   "; write the names of the labels that apply, each once, not a 0 or 1 for each label");
  }
  return {names.begin(), names.end()};
}

at::Tensor with_target(const at::Tensor& targets) {
  return at::isnan(targets.select(1, 0)).logical_not().nonzero().squeeze(1);
}

MultiLabel::MultiLabel(MultiLabelSettings settings)
    : settings_(std::move(settings)),
      labels_(settings_.labels),
      dropout_(child<mtt::nn::Dropout>("dropout", settings_.dropout)) {}

void MultiLabel::learn_labels(const std::vector<Value>& labels) {
  std::vector<std::string> names;
  for (const Value& label : labels) {
    if (label.is(Value::Kind::null)) continue;
    for (const Value& name : names_of(label)) {
      if (labels_.size() > 0)
        labels_.index(name);
      else
        names.push_back(mtt::LabelSet::text(name));
    }
  }
  if (labels_.size() == 0) labels_ = mtt::LabelSet::sorted(std::move(names));
  if (labels_.size() == 0)
    throw mtt::Error("a multi-label head needs at least one label, but no example has one");
}

Value MultiLabel::state() const { return Value::Table{{"labels", labels_.value()}}; }

void MultiLabel::restore(const Value& state) { labels_ = mtt::LabelSet::from_value(state.at("labels")); }

void MultiLabel::build(std::int64_t width) {
  classifier_ = &child<mtt::nn::Linear>("classifier", width, labels_.size());
}

at::Tensor MultiLabel::forward(const mtt::Encoding& encoding) const {
  return classifier_->forward(dropout_.forward(encoding.sentences));
}

at::Tensor MultiLabel::prepare(const std::vector<Value>& labels, const mtt::PackedBatch&,
                               const mtt::Groups&) const {
  const std::int64_t width = labels_.size();
  at::Tensor targets = at::full({static_cast<std::int64_t>(labels.size()), width},
                                std::numeric_limits<float>::quiet_NaN(), at::kFloat);
  auto* row = targets.mutable_data_ptr<float>();
  for (const Value& label : labels) {
    if (!label.is(Value::Kind::null)) {
      std::fill(row, row + width, 0.0F);
      for (const Value& name : names_of(label)) row[labels_.index(name)] = 1;
    }
    row += width;
  }
  return targets;
}

at::Tensor MultiLabel::loss(const at::Tensor& logits, const at::Tensor& targets) const {
  const at::Tensor rows = with_target(targets);
  return at::binary_cross_entropy_with_logits(logits.index_select(0, rows), targets.index_select(0, rows), {},
                                              {}, at::Reduction::Sum);
}

std::vector<Value> MultiLabel::decode(const at::Tensor& logits, const mtt::PackedBatch&,
                                      const mtt::Groups&) const {
  const at::Tensor probabilities = mtt::nn::sigmoid(logits).contiguous();
  const float* row = probabilities.const_data_ptr<float>();
  std::vector<Value> predictions;
  for (std::int64_t i = 0; i < logits.size(0); ++i, row += labels_.size()) {
    Value::Array given;
    Value scores{Value::Table{}};
    for (std::int64_t k = 0; k < labels_.size(); ++k) {
      scores.set(labels_.name(k), double{row[k]});
      if (row[k] >= settings_.threshold) given.emplace_back(labels_.name(k));
    }
    predictions.emplace_back(Value::Table{{"labels", std::move(given)}, {"scores", std::move(scores)}});
  }
  return predictions;
}

at::Tensor MultiLabel::probabilities(const at::Tensor& logits) const { return mtt::nn::sigmoid(logits); }

std::vector<mtt::Metric> MultiLabel::score(const std::vector<Value>& predictions,
                                           const std::vector<Value>& labels) const {
  std::vector<std::vector<std::int64_t>> predicted, gold;
  mtt::ScoredLabels numbers(labels_);
  double exact = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].is(Value::Kind::null)) continue;
    const auto indices = [&](const Value& names) {
      std::vector<std::int64_t> set;
      for (const Value& name : names_of(names)) set.push_back(numbers.number(mtt::LabelSet::text(name)));
      std::sort(set.begin(), set.end());
      set.erase(std::unique(set.begin(), set.end()), set.end());
      return set;
    };
    predicted.push_back(indices(predictions[i].at("labels")));
    gold.push_back(indices(labels[i]));
    exact += predicted.back() == gold.back();
  }
  const mtt::SetF1 f1 = mtt::set_f1(predicted, gold);
  return {{"micro_f1", f1.micro},
          {"macro_f1", f1.macro},
          {"exact_match", exact / static_cast<double>(gold.size())}};
}

std::optional<bool> MultiLabel::right(const Value& prediction, const Value& label) const {
  std::vector<std::string> predicted, gold;
  for (const Value& name : prediction.at("labels").array()) predicted.push_back(name.string());
  for (const Value& name : names_of(label)) gold.push_back(mtt::LabelSet::text(name));
  std::sort(predicted.begin(), predicted.end());
  std::sort(gold.begin(), gold.end());
  gold.erase(std::unique(gold.begin(), gold.end()), gold.end());
  return predicted == gold;
}

void register_multi_label(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "multi_label",
      .summary = "Any number of labels per sentence: topics, emotions, tags.",
      .options = mtt::OptionList()
                     .strings("labels", std::vector<std::string>{},
                              "The labels in their order; empty: those of the training set, sorted.")
                     .number("dropout", 0.1, 0, 0.9, "Dropout before the linear layer during training.")
                     .number("threshold", 0.5, 0, 1, "Minimum probability of a predicted label."),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<MultiLabel>(
            MultiLabelSettings{.labels = mtt::LabelSet(options.strings("labels")),
                               .dropout = options.number("dropout"),
                               .threshold = options.number("threshold")});
      },
      .problem_type = mtt::ProblemType::multi_label,
      .other_names = {"multilabel", "multi_label_classification", "multilabel_classification"},
  });
}

}  // namespace

MTT_PLUGIN("multi_label", "1.0", register_multi_label)
