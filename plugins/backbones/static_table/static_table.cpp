// The word embeddings of a transformer alone: no positions, normalisation or layers. Its mean pooling is the
// simplest sentence vector that a pretrained model gives, a baseline for all others.
#include <memory>

#include "mtt/plugin.h"

namespace {

class StaticTable : public mtt::Backbone {
 public:
  explicit StaticTable(const mtt::Value& config)
      : shape_{.vocabulary = size(config, "vocab_size"),
               .token_types = 0,
               .positions = 0,
               .hidden = size(config, config.find("embedding_size") ? "embedding_size" : "hidden_size"),
               .layers = 0},
        word_(child<mtt::nn::Embedding>("embeddings.word", shape_.vocabulary, shape_.hidden)) {}

  const mtt::BackboneShape& shape() const override { return shape_; }
  at::Tensor embed(const mtt::PackedBatch& batch) const override { return word_.forward(batch.ids); }
  at::Tensor layers(at::Tensor hidden, const mtt::PackedBatch&, std::int64_t, std::int64_t) const override {
    return hidden;
  }

  std::optional<mtt::WeightTarget> weight_target(std::string_view name) const override {
    for (const std::string_view table : {"word_embeddings.weight", "tok_embeddings.weight"})
      if (name.ends_with(table)) return mtt::WeightTarget{"embeddings.word.weight"};
    return mtt::WeightTarget{};
  }

 private:
  static std::int64_t size(const mtt::Value& config, std::string_view key) {
    const std::int64_t value = config.at(key).integer();
    if (value < 1 || value > 10'000'000)
      config.at(key).refuse(std::string(key) + " is " + std::to_string(value) + "; expected 1 to 10000000");
    return value;
  }

  mtt::BackboneShape shape_;
  mtt::nn::Embedding& word_;
};

void register_static_table(mtt::Registry& registry) {
  registry.add(mtt::BackbonePlugin{
      .name = "static_table",
      .summary = "The word embeddings of a transformer alone, without its layers: a baseline.",
      .model_types = {},
      .options = {},
      .create = [](const mtt::Value& config, const mtt::Options&) -> std::unique_ptr<mtt::Backbone> {
        return std::make_unique<StaticTable>(config);
      },
  });
}

}  // namespace

MTT_PLUGIN("static_table", "1.0", register_static_table)
