// A correct head that changes its inputs: masked language modelling as in BERT (Devlin et al. 2019). 15 % of
// the tokens are chosen, at least one; 80 % of them become the mask token, 10 % a random one, 10 % stay.
#include <ATen/TensorOperators.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "mtt/nn/layers.h"
#include "mtt/plugin.h"

namespace {

using mtt::Value;

class MaskedLanguage : public mtt::Head {
 public:
  mtt::Reads reads() const override { return {.unit = mtt::Reads::Unit::token}; }
  bool transforms() const override { return true; }
  void learn_labels(const std::vector<Value>&) override {}
  void learn_vocabulary(const mtt::Vocabulary& vocabulary) override { vocabulary_ = vocabulary; }
  Value state() const override {
    return Value::Table{{"vocabulary", vocabulary_.size}, {"mask", vocabulary_.mask}};
  }
  void restore(const Value& state) override {
    vocabulary_ = {.size = state.at("vocabulary").integer(), .mask = state.at("mask").integer()};
  }
  void build(std::int64_t width) override {
    linear_ = &child<mtt::nn::Linear>("linear", width, vocabulary_.size);
  }
  at::Tensor forward(const mtt::Encoding& encoding) const override {
    return linear_->forward(encoding.tokens);
  }

  mtt::TransformedInput transform(const mtt::PackedBatch& input, mtt::RandomStream& random) const override {
    mtt::TransformedInput changed{.ids = input.ids.clone(),
                                  .targets = at::full({input.tokens()}, kNoTarget, at::kLong)};
    auto* ids = changed.ids.mutable_data_ptr<std::int64_t>();
    auto* targets = changed.targets.mutable_data_ptr<std::int64_t>();
    const auto* text = input.text.const_data_ptr<std::int64_t>();
    std::vector<std::int64_t> places;
    for (std::int64_t t = 0; t < input.tokens(); ++t)
      if (text[t] >= 0) places.push_back(t);
    random.shuffle(places);
    const auto count = static_cast<std::size_t>(std::lround(kShare * static_cast<double>(places.size())));
    places.resize(std::min(places.size(), std::max<std::size_t>(count, 1)));
    for (const std::int64_t place : places) {
      targets[place] = ids[place];
      const double draw = random.uniform();
      if (draw < 0.8)
        ids[place] = vocabulary_.mask;
      else if (draw < 0.9)
        ids[place] = static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(vocabulary_.size)));
    }
    return changed;
  }

  at::Tensor prepare(const std::vector<Value>&, const mtt::PackedBatch&, const mtt::Groups&) const override {
    return {};
  }
  at::Tensor loss(const at::Tensor& logits, const at::Tensor& targets) const override {
    const at::Tensor chosen = targets.ne(kNoTarget).nonzero().squeeze(1);
    return at::cross_entropy_loss(logits.index_select(0, chosen), targets.index_select(0, chosen), {},
                                  at::Reduction::Sum);
  }

  // The most probable token at each position.
  std::vector<Value> decode(const at::Tensor& logits, const mtt::PackedBatch& batch,
                            const mtt::Groups&) const override {
    const at::Tensor best = logits.argmax(1);
    std::vector<Value> predictions;
    for (std::int64_t b = 0; b < batch.size(); ++b) {
      Value::Array ids;
      for (std::int64_t t = batch.offsets[b]; t < batch.offsets[b + 1]; ++t)
        ids.emplace_back(best[t].item<std::int64_t>());
      predictions.emplace_back(Value::Table{{"ids", Value(std::move(ids))}});
    }
    return predictions;
  }
  // Over the chosen positions alone.
  std::vector<mtt::Metric> score(const std::vector<Value>& predictions,
                                 const std::vector<Value>& labels) const override {
    double right = 0, all = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const Value::Array& targets = labels[i].array();
      const Value::Array& ids = predictions[i].at("ids").array();
      for (std::size_t t = 0; t < targets.size(); ++t) {
        if (targets[t].is(Value::Kind::null)) continue;
        ++all;
        right += targets[t].integer() == ids[t].integer();
      }
    }
    return {{"accuracy", all > 0 ? right / all : std::numeric_limits<double>::quiet_NaN()}};
  }

 private:
  static constexpr double kShare = 0.15;
  mtt::Vocabulary vocabulary_;
  mtt::nn::Linear* linear_ = nullptr;
};

void register_masked_language(mtt::Registry& registry) {
  registry.add(mtt::HeadPlugin{
      .name = "masked_language",
      .summary = "Predicts masked tokens.",
      .options = {},
      .create = [](const mtt::Options&) -> std::unique_ptr<mtt::Head> {
        return std::make_unique<MaskedLanguage>();
      },
  });
}

}  // namespace

MTT_PLUGIN("masked_language", "1.0", register_masked_language)
