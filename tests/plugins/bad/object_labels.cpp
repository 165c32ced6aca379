// A head whose labels are tables, of a kind that the framework does not know: a range of numbers.
#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>

#include <cmath>
#include <limits>

#include "mtt/nn/layers.h"
#include "mtt/plugin.h"

namespace {

using mtt::Value;

class ObjectLabels : public mtt::Head {
 public:
  mtt::LossKind loss_kind() const override { return mtt::LossKind::regression; }
  std::vector<Value> example_labels() const override {
    return {Value(Value::Table{{"from", 1}, {"to", 3}}), Value(Value::Table{{"from", 0}, {"to", 1}})};
  }
  void learn_labels(const std::vector<Value>& labels) override {
    for (const Value& label : labels)
      if (!label.is(Value::Kind::null)) middle(label);
  }
  Value state() const override { return Value::Table{}; }
  void restore(const Value&) override {}
  void build(std::int64_t width) override { linear_ = &child<mtt::nn::Linear>("linear", width, 1); }
  at::Tensor forward(const mtt::Encoding& encoding) const override {
    return linear_->forward(encoding.sentences);
  }
  at::Tensor prepare(const std::vector<Value>& labels, const mtt::PackedBatch&,
                     const mtt::Groups&) const override {
    at::Tensor targets = at::full({static_cast<std::int64_t>(labels.size())},
                                  std::numeric_limits<float>::quiet_NaN(), at::kFloat);
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (!labels[i].is(Value::Kind::null)) targets[static_cast<std::int64_t>(i)] = middle(labels[i]);
    return targets;
  }
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override {
    const at::Tensor known = targets.eq(targets);
    return (logits.squeeze(1).masked_select(known) - targets.masked_select(known)).square().sum();
  }
  std::vector<Value> decode(const at::Tensor& logits, const mtt::PackedBatch&,
                            const mtt::Groups&) const override {
    std::vector<Value> predictions;
    for (std::int64_t i = 0; i < logits.size(0); ++i)
      predictions.emplace_back(Value::Table{{"middle", logits[i][0].item<double>()}});
    return predictions;
  }
  std::vector<mtt::Metric> score(const std::vector<Value>& predictions,
                                 const std::vector<Value>& labels) const override {
    double error = 0, count = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i].is(Value::Kind::null)) continue;
      error += std::abs(predictions[i].at("middle").number() - middle(labels[i]));
      ++count;
    }
    return {{"mean_error", error / count, /*higher_is_better=*/false}};
  }

 private:
  static double middle(const Value& label) {
    return (label.at("from").number() + label.at("to").number()) / 2;
  }

  mtt::nn::Linear* linear_ = nullptr;
};

void register_object_labels(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "object_labels",
      .summary = "The middle of a range.",
      .options = {},
      .create = [](const mtt::Options&) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<ObjectLabels>();
      },
  });
}

}  // namespace

MTT_PLUGIN("object_labels", "1.0", register_object_labels)
