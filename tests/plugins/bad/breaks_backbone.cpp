// A backbone that breaks its contract in the way that the option `how` names: "throws in embed" throws there.
#include <ATen/TensorOperators.h>
#include <ATen/ops/rand_like.h>

#include <csignal>
#include <stdexcept>

#include "mtt/plugin.h"

namespace {

using mtt::PackedBatch;

class BreaksBackbone : public mtt::Backbone {
 public:
  BreaksBackbone(const mtt::Value& config, std::string how)
      : how_(std::move(how)),
        shape_{.vocabulary = config.at("vocab_size").integer(),
               .token_types = 0,
               .positions = 0,
               .hidden = config.at("hidden_size").integer(),
               .layers = 2},
        words_(child<mtt::nn::Embedding>(how_ == "named" ? "words" : "embeddings.word", shape_.vocabulary,
                                         shape_.hidden)),
        dropout_(child<mtt::nn::Dropout>("dropout", 0.1)) {
    for (int i = 0; i < 2; ++i)
      layers_.push_back(&child<mtt::nn::Linear>(
          "layers." + std::to_string(how_ == "counts_from_one" ? i + 1 : i), shape_.hidden, shape_.hidden));
    if (how_ == "unused") parameter("layers.0.spare", {2});
  }

  const mtt::BackboneShape& shape() const override {
    throw_in("shape");
    return shape_;
  }
  at::Tensor embed(const PackedBatch& batch) const override {
    throw_in("embed");
    const at::Tensor hidden = words_.forward(batch.ids);
    if (how_ == "transposes") return hidden.t().contiguous();
    return how_ == "doubles" ? hidden.to(at::kDouble) : hidden;
  }
  at::Tensor layers(at::Tensor hidden, const PackedBatch& batch, std::int64_t from,
                    std::int64_t to) const override {
    throw_in("layers");
    if (how_ == "whole") from = 0, to = 2;
    if (how_ == "overwrites" && from == 0) hidden += 0.1;
    if (how_ == "counts" && from == to) return hidden + 1;
    for (std::int64_t i = from; i < to; ++i) hidden = layers_[static_cast<std::size_t>(i)]->forward(hidden);
    if (how_ == "mixes") hidden = hidden - hidden.mean(0, /*keepdim=*/true);
    if (how_ == "draws") hidden = hidden + at::rand_like(hidden);
    if (how_ == "divides") hidden = hidden / 0.0;
    if (how_ == "drops" && training()) hidden = hidden * 0.9;
    if (how_ == "draws_anew" && !dropout_.forward(hidden).is_same(hidden))
      hidden = hidden + at::rand_like(hidden);
    if (how_ == "crashes" && batch.size() == 1) std::raise(SIGSEGV);
    return hidden;
  }
  std::vector<mtt::AdapterPlace> adapter_places() override {
    throw_in("adapter_places");
    if (how_ != "misplaced") return {};
    return {{"ffn.output", 0, layers_[0], 0, shape_.hidden + 1}};
  }
  std::optional<mtt::WeightTarget> weight_target(std::string_view) const override {
    throw_in("weight_target");
    return std::nullopt;
  }
  std::optional<mtt::HuggingFaceClasses> hugging_face_classes() const override {
    throw_in("hugging_face_classes");
    if (how_ != "classless") return std::nullopt;
    return mtt::HuggingFaceClasses{"XForTokenClassification", "", "x.", "x.pooler", "classifier"};
  }

 private:
  void throw_in(const std::string& function) const {
    if (how_ == "throws in " + function) throw std::runtime_error("no patience");
  }

  std::string how_;
  mtt::BackboneShape shape_;
  mtt::nn::Embedding& words_;
  mtt::nn::Dropout& dropout_;
  std::vector<mtt::nn::Linear*> layers_;
};

void register_breaks_backbone(mtt::Registry& registry) {
  mtt::OptionList options;
  options.string("how", "not at all", "What it does wrong.");
  registry.add(mtt::BackbonePlugin{
      .name = "breaks_backbone",
      .summary = "Breaks its contract.",
      .model_types = {},
      .options = options,
      .create = [](const mtt::Value& config, const mtt::Options& options) -> std::unique_ptr<mtt::Backbone> {
        return std::make_unique<BreaksBackbone>(config, options.string("how"));
      },
  });
}

}  // namespace

MTT_PLUGIN("breaks_backbone", "1.0", register_breaks_backbone)
