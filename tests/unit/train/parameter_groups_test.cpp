#include "train/parameter_groups.h"

#include <ATen/ops/zeros.h>

#include "catch.h"
#include "mtt/error.h"
#include "small_model.h"

namespace {

std::map<std::string, mtt::AdamW::Slot> groups(const std::vector<std::string>& names,
                                               const std::string& train, std::int64_t layers = 6) {
  const TemporaryFolder folder;
  const mtt::Experiment experiment = small_experiment(folder, "[train]\n" + train);
  std::vector<mtt::nn::NamedParameter> parameters;
  for (const std::string& name : names) parameters.push_back({name, at::zeros({1})});
  std::map<std::string, mtt::AdamW::Slot> by_name;
  for (auto& slot :
       mtt::parameter_groups(parameters, mtt::TrainSettings::read(experiment.train).optimizer, layers))
    by_name.emplace(slot.name, slot);
  return by_name;
}

std::string layer(int n) { return "backbone.layers." + std::to_string(n) + ".ffn.output.weight"; }

}  // namespace

TEST_CASE("discriminative rates: each layer 2.6 times below the one above, the embeddings lowest") {
  const double expected[] = {2.0e-5, 7.6923e-6, 2.95858e-6, 1.13792e-6, 4.3766e-7, 1.68331e-7, 6.47426e-8};
  std::vector<std::string> names = {"backbone.embeddings.word.weight"};
  for (int l = 0; l < 6; ++l) names.push_back(layer(l));
  auto slots = groups(names, "learning_rate = 2e-5\nlayer_decay = 0.38461538461538464\n");
  for (int l = 0; l < 6; ++l)
    CHECK(slots.at(layer(l)).learning_rate == Approx(expected[5 - l]).epsilon(1e-5));
  CHECK(slots.at("backbone.embeddings.word.weight").learning_rate == Approx(expected[6]).epsilon(1e-5));
  for (int l = 1; l < 6; ++l)
    CHECK(slots.at(layer(l)).learning_rate / slots.at(layer(l - 1)).learning_rate ==
          Approx(2.6).epsilon(1e-12));
}

TEST_CASE("biases and normalisations are not decayed, whatever a task is called") {
  auto slots = groups(
      {layer(0), "backbone.layers.0.ffn.output.bias", "backbone.layers.0.ffn.norm.weight",
       "backbone.embeddings.norm.weight", "backbone.embeddings.word.weight", "heads.intent.classifier.weight",
       "heads.intent.classifier.bias", "heads.abnormal.classifier.weight", "heads.norm.bias.weight",
       "backbone.layers.0.attention.qkv.lora.query.a"},
      "weight_decay = 0.25\n");
  const auto decay = [&](const std::string& name) { return slots.at(name).weight_decay; };
  CHECK(decay(layer(0)) == 0.25);
  CHECK(decay("backbone.embeddings.word.weight") == 0.25);
  CHECK(decay("heads.intent.classifier.weight") == 0.25);
  CHECK(decay("heads.abnormal.classifier.weight") == 0.25);
  CHECK(decay("heads.norm.bias.weight") == 0.25);
  CHECK(decay("backbone.layers.0.attention.qkv.lora.query.a") == 0.25);
  CHECK(decay("backbone.layers.0.ffn.output.bias") == 0);
  CHECK(decay("backbone.layers.0.ffn.norm.weight") == 0);
  CHECK(decay("backbone.embeddings.norm.weight") == 0);
  CHECK(decay("heads.intent.classifier.bias") == 0);
}

TEST_CASE("heads and adapters have a rate of their own, which no layer's decay touches") {
  const std::string lora = "backbone.layers.0.attention.qkv.lora.query.a",
                    houlsby = "backbone.layers.0.ffn.output.houlsby.output.up.weight";
  auto slots = groups({"heads.a.w", lora, houlsby, "sentence.0.weight", layer(0), layer(5)},
                      "learning_rate = 1e-4\nhead_learning_rate = 1e-2\nlayer_decay = 0.5\n");
  CHECK(slots.at("heads.a.w").learning_rate == 1e-2);
  CHECK(slots.at(lora).learning_rate == 1e-2);
  CHECK(slots.at(houlsby).learning_rate == 1e-2);
  CHECK(slots.at("sentence.0.weight").learning_rate == 1e-4);
  CHECK(slots.at(layer(5)).learning_rate == 1e-4);
  CHECK(slots.at(layer(0)).learning_rate == Approx(1e-4 / 32).epsilon(1e-12));
}

TEST_CASE("rates by selector: the last one that selects wins, and one that names nothing is refused") {
  const std::string rates =
      "learning_rate = 1.0\n[train.learning_rates]\n\"backbone.layers.0-2\" = 0.25\n"
      "\"backbone.layers.2\" = 0.5\n";
  auto slots = groups({layer(0), layer(2), layer(3)}, rates);
  CHECK(slots.at(layer(0)).learning_rate == 0.25);
  CHECK(slots.at(layer(2)).learning_rate == 0.5);
  CHECK(slots.at(layer(3)).learning_rate == 1);
  CHECK_THROWS_WITH(groups({layer(0)}, "[train.learning_rates]\n\"backbone.layer.0\" = 0.25\n"),
                    Contains("'backbone.layer.0' matches no parameter") && Contains("e.toml:"));
}
