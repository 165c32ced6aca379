// One label per sentence, by a linear layer on the sentence's vector.
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/softmax.h>

#include "mtt/label_set.h"
#include "mtt/metrics.h"
#include "mtt/nn/cross_entropy.h"
#include "mtt/nn/layers.h"
#include "mtt/plugin.h"

namespace {

using mtt::Value;

class @TITLE@Head : public mtt::Head {
 public:
  explicit @TITLE@Head(const mtt::Options& options)
      : loss_{.label_smoothing = options.number("label_smoothing")} {}

  // What forward reads: one vector per input. Alternatives are one vector per token, and groups of inputs.
  mtt::Reads reads() const override { return {.unit = mtt::Reads::Unit::sentence}; }

  // The labels of all training examples, as in the file; null if an example has none.
  void learn_labels(const std::vector<Value>& labels) override {
    std::vector<std::string> names;
    for (const Value& label : labels)
      if (!label.is(Value::Kind::null)) names.push_back(mtt::LabelSet::text(label));
    labels_ = mtt::LabelSet::sorted(std::move(names));
  }

  // Labels and predictions are class names, so the framework checks and scores them per class.
  mtt::LabelKind label_kind() const override { return mtt::LabelKind::classes; }
  std::vector<std::string> label_names() const override { return labels_.names(); }

  // What is saved in addition to the weights; build() may depend on it.
  Value state() const override { return Value::Table{{"labels", labels_.value()}}; }
  void restore(const Value& state) override { labels_ = mtt::LabelSet::from_value(state.at("labels")); }

  // Registers the parameters, without values: they are loaded from a file or drawn at random.
  void build(std::int64_t width) override {
    linear_ = &child<mtt::nn::Linear>("linear", width, labels_.size());
  }

  // [B, width] → [B, labels]
  at::Tensor forward(const mtt::Encoding& encoding) const override {
    return linear_->forward(encoding.sentences);
  }

  // Labels → targets [B]; kNoTarget if there is no label.
  at::Tensor prepare(const std::vector<Value>& labels, const mtt::PackedBatch&,
                     const mtt::Groups&) const override {
    at::Tensor targets = at::empty({static_cast<std::int64_t>(labels.size())}, at::kLong);
    auto* out = targets.mutable_data_ptr<std::int64_t>();
    for (const Value& label : labels) *out++ = label.is(Value::Kind::null) ? kNoTarget : labels_.index(label);
    return targets;
  }

  // The sum over the rows that have a target, not the mean; count() is the divisor.
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override {
    return loss_.sum(logits, targets);
  }
  double count(const at::Tensor& targets) const override { return loss_.count(targets); }

  // The loss is convex in the parameters: the framework fits the head as a probe before training.
  bool convex() const override { return true; }

  // One prediction per input, as a table that prints as JSON; the kind `classes` requires "label".
  std::vector<Value> decode(const at::Tensor& logits, const mtt::PackedBatch&,
                            const mtt::Groups&) const override {
    const auto [scores, indices] = at::softmax(logits, 1).max(1);
    std::vector<Value> predictions;
    for (std::int64_t i = 0; i < logits.size(0); ++i)
      predictions.emplace_back(Value::Table{{"label", labels_.name(indices[i].item<std::int64_t>())},
                                            {"score", scores[i].item<double>()}});
    return predictions;
  }

  // [B, labels], for `mtt predict --top`.
  at::Tensor probabilities(const at::Tensor& logits) const override { return at::softmax(logits, 1); }

  // The first metric is the task's main one.
  std::vector<mtt::Metric> score(const std::vector<Value>& predictions,
                                 const std::vector<Value>& labels) const override {
    mtt::ScoredLabels numbers(labels_);  // a label that is not in the training set counts as wrong
    std::vector<std::int64_t> predicted, gold;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i].is(Value::Kind::null)) continue;
      predicted.push_back(numbers.number(predictions[i].at("label").string()));
      gold.push_back(numbers.number(mtt::LabelSet::text(labels[i])));
    }
    return {{"accuracy", mtt::accuracy(predicted, gold)}, {"macro_f1", mtt::macro_f1(predicted, gold)}};
  }

 private:
  mtt::nn::CrossEntropy loss_;
  mtt::LabelSet labels_;
  mtt::nn::Linear* linear_ = nullptr;
};

void register_@NAME@(mtt::Registry& registry) {
  mtt::OptionList options;
  options.number("label_smoothing", 0.0, 0.0, 1.0, "Label smoothing: share of a target that is spread over all labels.");
  registry.add(mtt::HeadPlugin{
      .name = "@NAME@",
      .summary = "One label per sentence.",
      .options = options,
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<@TITLE@Head>(options);
      },
  });
}

}  // namespace

MTT_PLUGIN("@NAME@", "0.1", register_@NAME@)
