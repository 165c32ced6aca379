#include "regression.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/isnan.h>

#include <cmath>
#include <limits>

#include "mtt/label_set.h"
#include "mtt/metrics.h"
#include "mtt/nn/closed_form.h"

using mtt::Value;

void Regression::learn_labels(const std::vector<Value>& labels) {
  for (const Value& label : labels)
    if (!label.is(Value::Kind::null)) mtt::label_number(label);
}

void Regression::build(std::int64_t width) { regressor_ = &child<mtt::nn::Linear>("regressor", width, 1); }

at::Tensor Regression::forward(const mtt::Encoding& encoding) const {
  return regressor_->forward(encoding.sentences);
}

at::Tensor Regression::prepare(const std::vector<Value>& labels, const mtt::TokenBatch&) const {
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

std::vector<Value> Regression::decode(const at::Tensor& logits, const mtt::TokenBatch&) const {
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
          {"mean_absolute_error", error / static_cast<double>(gold.size())}};
}

void Regression::initialise(const std::string&, const at::Tensor& features, const at::Tensor& targets) {
  const auto fit = mtt::nn::ridge(features, targets.unsqueeze(1));
  regressor_->assign(fit.weight, fit.bias);
}
