#include "freeze/frontier.h"

#include "../train/small_model.h"
#include "catch.h"
#include "freeze/selector.h"
#include "model/adapters.h"
#include "model/parameter_name.h"
#include "train/activation_cache.h"

namespace {

constexpr std::int64_t kLayers = 4;

/// Lets only what a selector names learn, and gives the frontier.
std::int64_t frontier_of(mtt::MultiTaskModel& model, const std::vector<std::string>& selectors) {
  for (auto& [name, tensor] : model.parameters()) {
    bool learns = false;
    for (const std::string& selector : selectors) learns = learns || mtt::selects(selector, name);
    tensor.set_requires_grad(learns);
  }
  return mtt::frontier(model.backbone().parameters(), kLayers);
}

}  // namespace

TEST_CASE("the frontier is the lowest layer in which anything learns") {
  const auto model = small_model({{"a"}}, kLayers);
  CHECK(frontier_of(*model, {"heads"}) == kLayers);
  CHECK(frontier_of(*model, {}) == kLayers);
  CHECK(frontier_of(*model, {"backbone.layers.3.ffn.norm.bias"}) == 3);
  CHECK(frontier_of(*model, {"backbone.layers.1", "backbone.layers.3"}) == 1);
  CHECK(frontier_of(*model, {"backbone.layers.0"}) == 0);
  CHECK(frontier_of(*model, {"backbone.embeddings.norm.bias", "backbone.layers.3"}) == -1);
  CHECK(frontier_of(*model, {"*.bias"}) == -1);
  CHECK(mtt::layer_of_parameter("layers.11.ffn.output.weight") == 11);
  CHECK(mtt::layer_of_parameter("embeddings.word.weight") == -1);
  CHECK(mtt::layer_of_parameter("position_bias.weight") == -1);
}

TEST_CASE("layers that share their parameters are one") {
  CHECK(mtt::own_layers(small_model({{"a"}}, kLayers)->backbone().parameters()) == kLayers);
  CHECK(mtt::own_layers({{"embeddings.word.weight", {}}, {"layers.0.ffn.norm.bias", {}}}) == 1);
  CHECK(mtt::own_layers({{"embeddings.word.weight", {}}}) == 0);
}

TEST_CASE("adapters count for the frontier") {
  const auto model = small_model({{"a"}}, kLayers);
  mtt::add_adapters(
      model->backbone(),
      {.kind = mtt::AdapterSettings::Kind::lora, .places = {"attention.query"}, .size = 2, .alpha = 4}, 1);
  CHECK(frontier_of(*model, {"*.lora.*"}) == 0);
  CHECK(frontier_of(*model, {"backbone.layers.2.attention.qkv.lora"}) == 2);
}

TEST_CASE(
    "what a plan keeps: the frontier, tapped layers below it, pooled vectors where nothing above learns") {
  const std::vector<SmallTask> tasks = {
      {"last"}, {"tap", Unit::token, 1}, {"low", Unit::sentence, 2}, {"words", Unit::token}};
  const auto model = small_model(tasks, kLayers);
  using Layers = std::vector<std::int64_t>;
  CHECK(mtt::plan_prefix(*model, {0, 1, 2, 3}, -1).empty());

  const mtt::PrefixPlan at3 = mtt::plan_prefix(*model, {0, 1, 2, 3}, 3);
  CHECK(at3.token_layers == Layers{1, 3});
  REQUIRE(at3.sentences.size() == 1);
  CHECK(at3.sentences[0].layer == 2);

  const mtt::PrefixPlan at1 = mtt::plan_prefix(*model, {0, 1, 2, 3}, 1);
  CHECK(at1.token_layers == Layers{1});
  CHECK(at1.sentences.empty());

  const mtt::PrefixPlan pooled = mtt::plan_prefix(*model, {0, 2}, kLayers);
  CHECK(pooled.token_layers.empty());
  CHECK(pooled.sentences.size() == 2);

  CHECK(mtt::plan_prefix(*model, {0, 3}, kLayers).token_layers == Layers{kLayers});
  CHECK_FALSE(mtt::plan_prefix(*model, {0, 1}, 0).worth_keeping(kLayers));
  CHECK(mtt::plan_prefix(*model, {1}, 1).worth_keeping(kLayers));
}

TEST_CASE("where dense layers after the pooling learn, tokens are kept and not sentences") {
  const auto model = small_model({{"a"}}, kLayers, 0, /*dense=*/true);
  frontier_of(*model, {"heads"});
  CHECK(mtt::plan_prefix(*model, {0}, kLayers).sentences.size() == 1);
  frontier_of(*model, {"heads", "sentence"});
  CHECK(mtt::plan_prefix(*model, {0}, kLayers).token_layers == std::vector<std::int64_t>{kLayers});
}
