// How alike two sentences are.
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
#include "mtt/plugin.h"

namespace {

using mtt::Value;

/// The objectives by which sentence-transformers learn from pairs.
enum class PairLoss {
  cosine,  ///< (cosine − label)² (Reimers and Gurevych 2019, section 3)
  cosent,  ///< log(1 + Σ exp(scale · (cos_j − cos_i))) over pairs with label_i > label_j (Su 2022)
  /// cross-entropy of scale · cos, each text's own partner among all partners and negatives of the step
  /// (Henderson et al. 2017)
  multiple_negatives
};

/// The cosine of the two sentence vectors of a pair. It has no weights of its own: it teaches the encoder.
class Similarity : public mtt::Head {
 public:
  Similarity(PairLoss loss, double scale) : loss_(loss), scale_(scale) {}

  mtt::Reads reads() const override {
    return {.grouped = true, .negatives = loss_ == PairLoss::multiple_negatives};
  }
  mtt::LabelKind label_kind() const override { return mtt::LabelKind::numbers; }
  mtt::LossKind loss_kind() const override;
  bool coupled() const override { return loss_ != PairLoss::cosine; }
  /// Labels are numbers, or true and false. For multiple_negatives those above 0 say that a pair belongs
  /// together, and where no example has a label all pairs do; the other losses need labels, and cosine those
  /// of -1 to 1.
  void learn_labels(const std::vector<mtt::Value>& labels) override;
  mtt::Value state() const override { return Value::Table{}; }
  void restore(const mtt::Value&) override {}
  void build(std::int64_t) override {}
  /// → the cosines of the pairs [G, 1]; a vector of zeros has the cosine 0 with all
  at::Tensor forward(const mtt::Encoding& encoding) const override;
  at::Tensor prepare(const std::vector<mtt::Value>& labels, const mtt::PackedBatch& batch,
                     const mtt::Groups&) const override;
  at::Tensor loss(const mtt::Encoding& encoding, const at::Tensor& targets) const override;
  /// cosent is one number for all pairs together.
  double count(const at::Tensor& targets) const override;
  /// {"similarity": 0.83}
  std::vector<mtt::Value> decode(const at::Tensor& logits, const mtt::PackedBatch& batch,
                                 const mtt::Groups&) const override;
  std::vector<mtt::Metric> score(const std::vector<mtt::Value>& predictions,
                                 const std::vector<mtt::Value>& labels) const override;

 private:
  float target(const mtt::Value& label) const;

  PairLoss loss_;
  double scale_;
  bool all_belong_together_ = false;
};

/// The vectors of the inputs with this role, divided by their length.
at::Tensor vectors(const mtt::Encoding& encoding, mtt::Role role) {
  const at::Tensor rows = encoding.groups.pick(encoding.sentences, role);
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
    throw mtt::Error("no pair has a label; only loss = \"multiple_negatives\" can be trained without labels");
}

at::Tensor Similarity::forward(const mtt::Encoding& encoding) const {
  const at::Tensor texts = vectors(encoding, mtt::Role::first),
                   partners = vectors(encoding, mtt::Role::second);
  return (texts * partners).sum(1, /*keepdim=*/true);
}

float Similarity::target(const Value& label) const {
  const float none = std::numeric_limits<float>::quiet_NaN();
  if (loss_ == PairLoss::multiple_negatives && all_belong_together_) return 1;
  if (label.is(Value::Kind::null)) return none;
  const auto value = static_cast<float>(number(label));
  return loss_ == PairLoss::multiple_negatives && value <= 0 ? none : value;
}

at::Tensor Similarity::prepare(const std::vector<Value>& labels, const mtt::PackedBatch&,
                               const mtt::Groups&) const {
  at::Tensor targets = at::empty({static_cast<std::int64_t>(labels.size())}, at::kFloat);
  auto* out = targets.mutable_data_ptr<float>();
  for (const Value& label : labels) *out++ = target(label);
  return targets;
}

at::Tensor Similarity::loss(const mtt::Encoding& encoding, const at::Tensor& targets) const {
  const at::Tensor rows = targets.eq(targets).nonzero().squeeze(1);
  if (loss_ == PairLoss::multiple_negatives) {
    const at::Tensor partners = vectors(encoding, mtt::Role::second),
                     negatives = vectors(encoding, mtt::Role::negative);
    const at::Tensor candidates = negatives.size(0) > 0 ? at::cat({partners, negatives}) : partners;
    const at::Tensor cosines = vectors(encoding, mtt::Role::first).matmul(candidates.t());
    return at::cross_entropy_loss(cosines.index_select(0, rows) * scale_, rows, {}, at::Reduction::Sum);
  }
  const at::Tensor cosines = forward(encoding).squeeze(1).index_select(0, rows);
  const at::Tensor known = targets.index_select(0, rows);
  return loss_ == PairLoss::cosine ? (cosines - known).square().sum() : cosent(cosines, known, scale_);
}

double Similarity::count(const at::Tensor& targets) const {
  const double pairs = Head::count(targets);
  return loss_ == PairLoss::cosent && pairs > 0 ? 1 : pairs;
}

std::vector<Value> Similarity::decode(const at::Tensor& logits, const mtt::PackedBatch&,
                                      const mtt::Groups&) const {
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

PairLoss pair_loss(const std::string& name) {
  if (name == "cosine") return PairLoss::cosine;
  return name == "cosent" ? PairLoss::cosent : PairLoss::multiple_negatives;
}

void register_similarity(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "similarity",
      .summary = "Similarity of two sentences: the cosine of their vectors, trained on pairs.",
      .options = mtt::OptionList()
                     .choice("loss", "cosent", {"cosine", "cosent", "multiple_negatives"},
                             "cosine: squared error of cosine and label (-1 to 1); cosent: the order of the "
                             "cosines follows that of the labels; multiple_negatives: pairs with a label "
                             "above 0 (all pairs, if no example has a label) are positive, the partners of "
                             "other pairs in the step, and the texts under \"negatives\", are negatives.")
                     .number("scale", 20, 0.001, 1000,
                             "Factor of the cosines in cosent and multiple_negatives (inverse temperature)."),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<Similarity>(pair_loss(options.string("loss")), options.number("scale"));
      },
      .other_names = {"sts", "cosine", "cosine_similarity", "contrastive"},
  });
}

}  // namespace

MTT_PLUGIN("similarity", "1.0", register_similarity)
