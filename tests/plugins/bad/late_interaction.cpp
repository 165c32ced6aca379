// A correct head that compares the tokens of two texts (Khattab and Zaharia 2020, ColBERT): each token of the
// first text with the most similar token of the second.
#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros.h>

#include <limits>

#include "mtt/error.h"
#include "mtt/label_set.h"
#include "mtt/metrics.h"
#include "mtt/nn/layers.h"
#include "mtt/plugin.h"

namespace {

using mtt::Value;

class LateInteraction : public mtt::Head {
 public:
  mtt::Reads reads() const override { return {.unit = mtt::Reads::Unit::token, .grouped = true}; }
  mtt::LabelKind label_kind() const override { return mtt::LabelKind::numbers; }
  mtt::LossKind loss_kind() const override { return mtt::LossKind::regression; }
  void learn_labels(const std::vector<Value>&) override {}
  Value state() const override { return Value::Table{}; }
  void restore(const Value&) override {}
  void build(std::int64_t width) override {
    projection_ = &child<mtt::nn::Linear>("projection", width, kWidth, /*bias=*/false);
  }

  at::Tensor forward(const mtt::Encoding& encoding) const override {
    const at::Tensor projected = projection_->forward(encoding.tokens);
    const at::Tensor tokens =
        projected /
        at::linalg_vector_norm(projected, 2, at::IntArrayRef{1}, /*keepdim=*/true).clamp_min(1e-12);
    const auto of_input = [&](std::int64_t row) {
      const std::int64_t first = encoding.batch.offsets[row];
      return tokens.narrow(0, first, encoding.batch.length(row));
    };
    std::vector<at::Tensor> scores;
    const mtt::Groups& groups = encoding.groups;
    for (std::int64_t g = 0; g < groups.size(); ++g) {
      const std::int64_t entry = groups.starts[g];
      const at::Tensor first = of_input(groups.rows[entry]), second = of_input(groups.rows[entry + 1]);
      scores.push_back(std::get<0>(first.matmul(second.t()).max(1)).mean());
    }
    return scores.empty() ? tokens.sum() + at::zeros({0, 1}, tokens.options())
                          : at::stack(scores).unsqueeze(1);
  }

  at::Tensor prepare(const std::vector<Value>& labels, const mtt::PackedBatch& batch,
                     const mtt::Groups& groups) const override {
    check(groups, batch, static_cast<std::int64_t>(labels.size()));
    at::Tensor targets = at::full({static_cast<std::int64_t>(labels.size())},
                                  std::numeric_limits<float>::quiet_NaN(), at::kFloat);
    auto* out = targets.mutable_data_ptr<float>();
    for (const Value& label : labels) {
      if (!label.is(Value::Kind::null)) *out = static_cast<float>(mtt::label_number(label));
      ++out;
    }
    return targets;
  }
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override {
    const at::Tensor known = targets.eq(targets);
    return (logits.squeeze(1).masked_select(known) - targets.masked_select(known)).square().sum();
  }
  std::vector<Value> decode(const at::Tensor& logits, const mtt::PackedBatch& batch,
                            const mtt::Groups& groups) const override {
    check(groups, batch, logits.size(0));
    std::vector<Value> predictions;
    for (std::int64_t i = 0; i < logits.size(0); ++i)
      predictions.emplace_back(Value::Table{{"score", logits[i][0].item<double>()}});
    return predictions;
  }
  std::vector<mtt::Metric> score(const std::vector<Value>& predictions,
                                 const std::vector<Value>& labels) const override {
    std::vector<double> predicted, gold;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (labels[i].is(Value::Kind::null)) continue;
      predicted.push_back(predictions[i].at("score").number());
      gold.push_back(mtt::label_number(labels[i]));
    }
    return {{"spearman", mtt::spearman(predicted, gold)}};
  }

 private:
  // One pair for each label or prediction, of inputs of the batch.
  static void check(const mtt::Groups& groups, const mtt::PackedBatch& batch, std::int64_t expected) {
    bool right = groups.size() == expected && groups.rows.size() == 2 * static_cast<std::size_t>(expected);
    for (const std::int64_t row : groups.rows) right = right && row < batch.size();
    if (!right) throw mtt::Error("the groups are not those of the batch");
  }

  static constexpr std::int64_t kWidth = 8;
  mtt::nn::Linear* projection_ = nullptr;
};

void register_late_interaction(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "late_interaction",
      .summary = "Similarity of two texts by their tokens.",
      .options = {},
      .create = [](const mtt::Options&) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<LateInteraction>();
      },
  });
}

}  // namespace

MTT_PLUGIN("late_interaction", "1.0", register_late_interaction)
