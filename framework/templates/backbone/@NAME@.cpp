// The word vectors of a BERT checkpoint, each mixed with its neighbours: a baseline without attention.
#include <ATen/TensorOperators.h>

#include "mtt/plugin.h"

namespace {

class @TITLE@Backbone : public mtt::Backbone {
 public:
  explicit @TITLE@Backbone(const mtt::Value& config)
      : shape_{.vocabulary = config.at("vocab_size").integer(),
               .token_types = 0,
               .positions = 0,
               .hidden = config.at("hidden_size").integer(),
               .layers = 1},
        // Names begin with `embeddings.` or `layers.N.`, because freeze policies depend on them.
        words_(child<mtt::nn::Embedding>("embeddings.word", shape_.vocabulary, shape_.hidden)) {}

  const mtt::BackboneShape& shape() const override { return shape_; }

  // Token ids of all sentences, one after another → [T, hidden]. There is no padding.
  at::Tensor embed(const mtt::PackedBatch& batch) const override { return words_.forward(batch.ids); }

  // Layers from .. to-1. This backbone has one: half of a vector plus a quarter of each neighbour in the
  // same sentence.
  at::Tensor layers(at::Tensor hidden, const mtt::PackedBatch& batch, std::int64_t from,
                    std::int64_t to) const override {
    if (from == to) return hidden;
    at::Tensor mixed = hidden * 0.5;
    for (std::int64_t s = 0; s < batch.size(); ++s) {
      const std::int64_t begin = batch.offsets[s], rest = batch.length(s) - 1;
      if (rest < 1) continue;
      mixed.narrow(0, begin, rest).add_(hidden.narrow(0, begin + 1, rest), 0.25);
      mixed.narrow(0, begin + 1, rest).add_(hidden.narrow(0, begin, rest), 0.25);
    }
    return mixed;
  }

  // Where a checkpoint's tensors go. Empty: known and not needed; nullopt: unknown, with a warning.
  std::optional<mtt::WeightTarget> weight_target(std::string_view name) const override {
    if (name.starts_with("bert.")) name.remove_prefix(5);
    if (name == "embeddings.word_embeddings.weight") return mtt::WeightTarget{"embeddings.word.weight"};
    return mtt::WeightTarget{};
  }

 private:
  mtt::BackboneShape shape_;
  mtt::nn::Embedding& words_;
};

void register_@NAME@(mtt::Registry& registry) {
  registry.add(mtt::BackbonePlugin{
      .name = "@NAME@",
      .summary = "Word vectors mixed with their neighbours.",
      .model_types = {},  // values of `model_type` in config.json that select this backbone by default
      .options = {},
      .create = [](const mtt::Value& config, const mtt::Options&) -> std::unique_ptr<mtt::Backbone> {
        return std::make_unique<@TITLE@Backbone>(config);
      },
  });
}

}  // namespace

MTT_PLUGIN("@NAME@", "0.1", register_@NAME@)
