#include "similarity.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/zeros.h>

#include <limits>

#include "mtt/error.h"
#include "mtt/label_set.h"
#include "mtt/metrics.h"

using mtt::Value;

namespace {

at::Tensor unit(const at::Tensor& rows) {
  return rows / at::linalg_vector_norm(rows, 2, at::IntArrayRef{1}, /*keepdim=*/true).clamp_min(1e-12);
}

double number(const Value& label) {
  return label.is(Value::Kind::boolean) ? static_cast<double>(label.boolean()) : mtt::label_number(label);
}

at::Tensor cosent(const at::Tensor& cosines, const at::Tensor& targets, double scale) {
  const at::Tensor differences =
      (cosines.unsqueeze(0) - cosines.unsqueeze(1)) * scale;  // [i, j]: cos_j − cos_i
  const at::Tensor wrong_order = targets.unsqueeze(1).gt(targets.unsqueeze(0));
  const at::Tensor terms =
      at::cat({at::zeros({1}, cosines.options()), differences.masked_select(wrong_order)});
  return at::logsumexp(terms, at::IntArrayRef{0});
}

}  // namespace

mtt::LossKind Similarity::loss_kind() const {
  return loss_ == PairLoss::cosine ? mtt::LossKind::regression : mtt::LossKind::classification;
}

void Similarity::learn_labels(const std::vector<Value>& labels) {
  bool any = false;
  for (const Value& label : labels) {
    if (label.is(Value::Kind::null)) continue;
    any = true;
    const double value = number(label);
    if (loss_ == PairLoss::cosine && !(value >= -1 && value <= 1)) {
      label.refuse(
          "the label " + label.json() +
          " is not a cosine; with loss = \"cosine\" expected -1 to 1, and with \"cosent\" any number");
    }
  }
  all_belong_together_ = !any;
  if (!any && !labels.empty() && loss_ != PairLoss::multiple_negatives)
    throw mtt::Error("no pair has a label, which only loss = \"multiple_negatives\" can learn from");
}

at::Tensor Similarity::forward(const mtt::Encoding& encoding) const {
  const at::Tensor texts = unit(encoding.sentences), partners = unit(encoding.partners);
  if (training() && loss_ == PairLoss::multiple_negatives) return texts.matmul(partners.t());
  return (texts * partners).sum(1, /*keepdim=*/true);
}

float Similarity::target(const Value& label) const {
  const float none = std::numeric_limits<float>::quiet_NaN();
  if (loss_ == PairLoss::multiple_negatives && all_belong_together_) return 1;
  if (label.is(Value::Kind::null)) return none;
  const auto value = static_cast<float>(number(label));
  return loss_ == PairLoss::multiple_negatives && value <= 0 ? none : value;
}

at::Tensor Similarity::prepare(const std::vector<Value>& labels, const mtt::TokenBatch&) const {
  at::Tensor targets = at::empty({static_cast<std::int64_t>(labels.size())}, at::kFloat);
  auto* out = targets.mutable_data_ptr<float>();
  for (const Value& label : labels) *out++ = target(label);
  return targets;
}

at::Tensor Similarity::loss(const at::Tensor& logits, const at::Tensor& targets) const {
  const at::Tensor rows = targets.eq(targets).nonzero().squeeze(1);
  const at::Tensor known = targets.index_select(0, rows);
  if (loss_ == PairLoss::multiple_negatives)
    return at::cross_entropy_loss(logits.index_select(0, rows) * scale_, rows, {}, at::Reduction::Sum);
  const at::Tensor cosines = logits.squeeze(1).index_select(0, rows);
  if (loss_ == PairLoss::cosine) return (cosines - known).square().sum();
  return cosent(cosines, known, scale_) * static_cast<double>(rows.size(0));
}

std::vector<Value> Similarity::decode(const at::Tensor& logits, const mtt::TokenBatch&) const {
  const at::Tensor values = logits.contiguous();
  const float* cosine = values.const_data_ptr<float>();
  std::vector<Value> predictions;
  for (std::int64_t i = 0; i < values.size(0); ++i)
    predictions.emplace_back(Value::Table{{"similarity", double{cosine[i]}}});
  return predictions;
}

std::vector<mtt::Metric> Similarity::score(const std::vector<Value>& predictions,
                                           const std::vector<Value>& labels) const {
  std::vector<double> predicted, gold;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].is(Value::Kind::null)) continue;
    predicted.push_back(predictions[i].at("similarity").number());
    gold.push_back(number(labels[i]));
  }
  return {{"cosine_spearman", mtt::spearman(predicted, gold)},
          {"cosine_pearson", mtt::pearson(predicted, gold)}};
}
