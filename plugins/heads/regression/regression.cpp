// One number a sentence.
#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/isnan.h>

#include <cmath>
#include <limits>

#include "mtt/label_set.h"
#include "mtt/metrics.h"
#include "mtt/nn/closed_form.h"
#include "mtt/nn/layers.h"
#include "mtt/plugin.h"

namespace {

using mtt::Value;

/// Linear regression of sentence vectors: ratings, urgency, similarity to a topic.
class Regression : public mtt::Head {
 public:
  mtt::LabelKind label_kind() const override { return mtt::LabelKind::numbers; }
  std::vector<std::string> output_names() const override { return {"LABEL_0"}; }
  mtt::LossKind loss_kind() const override { return mtt::LossKind::regression; }
  void learn_labels(const std::vector<mtt::Value>& labels) override;
  mtt::Value state() const override { return Value::Table{}; }
  void restore(const mtt::Value&) override {}
  void build(std::int64_t width) override;
  at::Tensor forward(const mtt::Encoding& encoding) const override;
  at::Tensor prepare(const std::vector<mtt::Value>& labels, const mtt::PackedBatch& batch,
                     const mtt::Groups&) const override;
  /// Squared error.
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override;
  bool convex() const override { return true; }
  /// {"value": 0.42}
  std::vector<mtt::Value> decode(const at::Tensor& logits, const mtt::PackedBatch& batch,
                                 const mtt::Groups&) const override;
  std::vector<mtt::Metric> score(const std::vector<mtt::Value>& predictions,
                                 const std::vector<mtt::Value>& labels) const override;
  void initialise(const std::string& method, const at::Tensor& features, const at::Tensor& targets) override;
  std::vector<std::string> initialisations() const override { return {"ridge"}; }

 private:
  mtt::nn::Linear* regressor_ = nullptr;
};

void Regression::learn_labels(const std::vector<Value>& labels) {
  for (const Value& label : labels)
    if (!label.is(Value::Kind::null)) mtt::label_number(label);
}

void Regression::build(std::int64_t width) { regressor_ = &child<mtt::nn::Linear>("regressor", width, 1); }

at::Tensor Regression::forward(const mtt::Encoding& encoding) const {
  return regressor_->forward(encoding.sentences);
}

at::Tensor Regression::prepare(const std::vector<Value>& labels, const mtt::PackedBatch&,
                               const mtt::Groups&) const {
  at::Tensor targets = at::empty({static_cast<std::int64_t>(labels.size())}, at::kFloat);
  auto* out = targets.mutable_data_ptr<float>();
  for (const Value& label : labels)
    *out++ = label.is(Value::Kind::null) ? std::numeric_limits<float>::quiet_NaN()
                                         : static_cast<float>(mtt::label_number(label));
  return targets;
}

at::Tensor Regression::loss(const at::Tensor& logits, const at::Tensor& targets) const {
  const at::Tensor known = at::isnan(targets).logical_not();
  const at::Tensor difference = logits.squeeze(1).masked_select(known) - targets.masked_select(known);
  return difference.square().sum();
}

std::vector<Value> Regression::decode(const at::Tensor& logits, const mtt::PackedBatch&,
                                      const mtt::Groups&) const {
  const float* value = logits.const_data_ptr<float>();
  std::vector<Value> predictions;
  for (std::int64_t i = 0; i < logits.size(0); ++i)
    predictions.emplace_back(Value::Table{{"value", double{value[i]}}});
  return predictions;
}

std::vector<mtt::Metric> Regression::score(const std::vector<Value>& predictions,
                                           const std::vector<Value>& labels) const {
  std::vector<double> predicted, gold;
  double error = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].is(Value::Kind::null)) continue;
    predicted.push_back(predictions[i].at("value").number());
    gold.push_back(mtt::label_number(labels[i]));
    error += std::abs(predicted.back() - gold.back());
  }
  return {{"spearman", mtt::spearman(predicted, gold)},
          {"pearson", mtt::pearson(predicted, gold)},
          {"mean_absolute_error", error / static_cast<double>(gold.size()), /*higher_is_better=*/false}};
}

void Regression::initialise(const std::string&, const at::Tensor& features, const at::Tensor& targets) {
  const auto fit = mtt::nn::ridge(features, targets.unsqueeze(1));
  regressor_->assign(fit.weight, fit.bias);
}

void register_regression(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "regression",
      .summary = "One number per sentence: ratings, urgency, degrees.",
      .options = {},
      .create = [](const mtt::Options&) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<Regression>();
      },
      .problem_type = mtt::ProblemType::regression,
      .other_names = {"regressor"},
  });
}

}  // namespace

MTT_PLUGIN("regression", "1.0", register_regression)
