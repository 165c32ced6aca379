// Labels in an order.
#include <ATen/TensorOperators.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/expm1.h>
#include <ATen/ops/full.h>
#include <ATen/ops/log_sigmoid.h>
#include <ATen/ops/softplus.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "mtt/error.h"
#include "mtt/label_set.h"
#include "mtt/metrics.h"
#include "mtt/nn/layers.h"
#include "mtt/nn/sigmoid.h"
#include "mtt/plugin.h"

namespace {

using mtt::Value;

/// The head's options.
struct OrdinalSettings {
  std::vector<std::string> labels;  ///< from lowest to highest
  double dropout = 0;
};

/// The proportional-odds model (McCullagh 1980) on sentence vectors: ratings, grades, degrees. One score w·x
/// meets thresholds θ_1 < ... < θ_{K-1}: P(y ≤ k) = σ(θ_k − w·x), and the loss is −log P(y). Thresholds are
/// the first one plus positive steps, so they cannot cross.
class Ordinal : public mtt::Head {
 public:
  explicit Ordinal(OrdinalSettings settings);

  mtt::LabelKind label_kind() const override { return mtt::LabelKind::classes; }
  std::vector<std::string> label_names() const override { return labels_.names(); }
  /// Without the option `labels` all labels must be numbers, which say their order.
  void learn_labels(const std::vector<mtt::Value>& labels) override;
  mtt::Value state() const override;
  void restore(const mtt::Value& state) override;
  void build(std::int64_t width) override;
  /// → [B, K-1]: θ_k − w·x
  at::Tensor forward(const mtt::Encoding& encoding) const override;
  at::Tensor prepare(const std::vector<mtt::Value>& labels, const mtt::PackedBatch& batch,
                     const mtt::Groups&) const override;
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override;
  bool convex() const override { return true; }
  /// {"label": "4", "score": 0.61, "rank": 3.4}: the most probable label, its probability, and the expected
  /// place in the order, counted from 1
  std::vector<mtt::Value> decode(const at::Tensor& logits, const mtt::PackedBatch& batch,
                                 const mtt::Groups&) const override;
  at::Tensor probabilities(const at::Tensor& logits) const override;
  std::vector<mtt::Metric> score(const std::vector<mtt::Value>& predictions,
                                 const std::vector<mtt::Value>& labels) const override;
  std::optional<bool> right(const mtt::Value& prediction, const mtt::Value& label) const override;

 private:
  mtt::LabelSet labels_;
  mtt::nn::Dropout& dropout_;
  mtt::nn::Linear* score_ = nullptr;
  at::Tensor* thresholds_ = nullptr;  ///< [K-1]: θ_1 and the softplus-inverse steps to the others
};

constexpr double kBeyond = 1e4;  // θ_0 and θ_K: no score passes them

/// A label as it is named; numbers as JSON writes them.
Value name_of(const Value& label) {
  return label.is(Value::Kind::number) ? Value(label.json()).placed(label.place()) : label;
}

/// The order of labels that are numbers.
std::vector<std::string> in_order(const std::vector<Value>& labels) {
  std::vector<std::pair<double, std::string>> found;
  for (const Value& label : labels)
    if (!label.is(Value::Kind::null))
      found.emplace_back(mtt::label_number(label), mtt::LabelSet::text(name_of(label)));
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  const auto twice = std::adjacent_find(found.begin(), found.end(),
                                        [](const auto& a, const auto& b) { return a.first == b.first; });
  if (twice != found.end())
    throw mtt::Error("the labels " + twice->second + " and " + std::next(twice)->second +
                     " are the same number; write it one way in all examples");
  std::vector<std::string> names;
  for (const auto& [number, name] : found) names.push_back(name);
  return names;
}

Ordinal::Ordinal(OrdinalSettings settings)
    : labels_(std::move(settings.labels)), dropout_(child<mtt::nn::Dropout>("dropout", settings.dropout)) {}

void Ordinal::learn_labels(const std::vector<Value>& labels) {
  if (labels_.size() == 0) {
    const auto word = std::find_if(labels.begin(), labels.end(), [](const Value& label) {
      return label.is(Value::Kind::string) &&
             label.string().find_first_not_of("0123456789+-.eE") != std::string::npos;
    });
    if (word != labels.end())
      word->refuse("the label " + word->json() +
                   " is not a number, so its rank is unknown; list the labels from lowest to highest in "
                   "labels = [...]");
    labels_ = mtt::LabelSet(in_order(labels));
  }
  for (const Value& label : labels)
    if (!label.is(Value::Kind::null)) labels_.index(name_of(label));
  if (labels_.size() < 2)
    throw mtt::Error("an ordinal head needs at least two labels, but there are " +
                     std::to_string(labels_.size()));
}

Value Ordinal::state() const { return Value::Table{{"labels", labels_.value()}}; }

void Ordinal::restore(const Value& state) { labels_ = mtt::LabelSet::from_value(state.at("labels")); }

void Ordinal::build(std::int64_t width) {
  score_ = &child<mtt::nn::Linear>("score", width, 1, /*bias=*/false);
  thresholds_ = &parameter("thresholds.bias", {labels_.size() - 1});
}

at::Tensor Ordinal::forward(const mtt::Encoding& encoding) const {
  const at::Tensor score = score_->forward(dropout_.forward(encoding.sentences));
  const std::int64_t steps = labels_.size() - 2;
  const at::Tensor thresholds =
      at::cat({thresholds_->narrow(0, 0, 1), at::softplus(thresholds_->narrow(0, 1, steps))}).cumsum(0);
  const double middle = static_cast<double>(steps) * std::log(2.0) / 2;  // steps of 0 lie around 0
  return thresholds - middle - score;
}

at::Tensor Ordinal::prepare(const std::vector<Value>& labels, const mtt::PackedBatch&,
                            const mtt::Groups&) const {
  at::Tensor targets = at::empty({static_cast<std::int64_t>(labels.size())}, at::kLong);
  auto* out = targets.mutable_data_ptr<std::int64_t>();
  for (const Value& label : labels)
    *out++ = label.is(Value::Kind::null) ? kNoTarget : labels_.index(name_of(label));
  return targets;
}

// With a = θ_k − s and b = θ_{k-1} − s, σ(a) − σ(b) = σ(a) σ(−b) (1 − e^{b−a}).
at::Tensor Ordinal::loss(const at::Tensor& logits, const at::Tensor& targets) const {
  const at::Tensor rows = targets.ne(kNoTarget).nonzero().squeeze(1);
  const at::Tensor label = targets.index_select(0, rows).unsqueeze(1), known = logits.index_select(0, rows);
  const at::Tensor edge = at::full({rows.size(0), 1}, kBeyond, logits.options());
  const at::Tensor all = at::cat({-edge, known, edge}, 1);
  const at::Tensor below = all.gather(1, label), above = all.gather(1, label + 1);
  const at::Tensor gap = (-at::expm1(below - above)).log();
  return -(at::log_sigmoid(above) + at::log_sigmoid(-below) + gap).sum();
}

at::Tensor Ordinal::probabilities(const at::Tensor& logits) const {
  const at::Tensor up_to = mtt::nn::sigmoid(logits).to(at::kDouble);
  const at::Tensor zero = at::full({logits.size(0), 1}, 0.0, up_to.options());
  return at::cat({up_to, zero + 1}, 1) - at::cat({zero, up_to}, 1);
}

std::vector<Value> Ordinal::decode(const at::Tensor& logits, const mtt::PackedBatch&,
                                   const mtt::Groups&) const {
  const at::Tensor all = probabilities(logits).contiguous();
  const double* row = all.const_data_ptr<double>();
  const std::int64_t count = labels_.size();
  std::vector<Value> predictions;
  for (std::int64_t i = 0; i < logits.size(0); ++i, row += count) {
    std::int64_t best = 0;
    double best_probability = -1, rank = 0;
    for (std::int64_t k = 0; k < count; ++k) {
      const double probability = row[k];
      rank += static_cast<double>(k + 1) * probability;
      if (probability <= best_probability) continue;
      best = k;
      best_probability = probability;
    }
    predictions.emplace_back(
        Value::Table{{"label", labels_.name(best)}, {"score", best_probability}, {"rank", rank}});
  }
  return predictions;
}

std::vector<mtt::Metric> Ordinal::score(const std::vector<Value>& predictions,
                                        const std::vector<Value>& labels) const {
  std::vector<std::int64_t> predicted, gold;
  double distance = 0, right = 0, all = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].is(Value::Kind::null)) continue;
    ++all;
    const auto rank = labels_.find(mtt::LabelSet::text(name_of(labels[i])));
    if (!rank) continue;  // wrong, and no rank to be far from
    predicted.push_back(labels_.find(predictions[i].at("label").string()).value());
    gold.push_back(*rank);
    right += predicted.back() == gold.back();
    distance += std::abs(static_cast<double>(predicted.back() - gold.back()));
  }
  return {{"quadratic_kappa", mtt::quadratic_kappa(predicted, gold)},
          {"accuracy", right / all},
          {"mean_rank_error", distance / static_cast<double>(gold.size()), /*higher_is_better=*/false}};
}

std::optional<bool> Ordinal::right(const Value& prediction, const Value& label) const {
  return prediction.at("label").string() == mtt::LabelSet::text(name_of(label));
}

void register_ordinal(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "ordinal",
      .summary = "One of several ordered labels per sentence: ratings, grades, degrees (McCullagh 1980).",
      .options = mtt::OptionList()
                     .strings("labels", std::vector<std::string>{},
                              "The labels from lowest to highest; empty: those of the training set, which "
                              "must be numbers.")
                     .number("dropout", 0.1, 0, 0.9, "Dropout before the linear layer during training."),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<Ordinal>(
            OrdinalSettings{.labels = options.strings("labels"), .dropout = options.number("dropout")});
      },
  });
}

}  // namespace

MTT_PLUGIN("ordinal", "1.0", register_ordinal)
