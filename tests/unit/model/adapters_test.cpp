#include "model/adapters.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "../train/small_model.h"
#include "catch.h"
#include "mtt/error.h"

namespace {

using Kind = mtt::AdapterSettings::Kind;
constexpr std::int64_t kLayers = 2;

mtt::SharedInputs inputs(const mtt::MultiTaskModel& model) {
  static const mtt::TrainingSource source = small_source("s", {0}, 6);
  return inputs_of(model, source);
}

at::Tensor sentences(const mtt::MultiTaskModel& model) {
  return model.forward(inputs(model), {}, {.sentences = true}).sentences.detach();
}

mtt::AdapterSettings settings(Kind kind, std::vector<std::string> places, std::int64_t size) {
  return {.kind = kind, .places = std::move(places), .size = size, .alpha = 16};
}

std::int64_t adapter_parameters(const mtt::MultiTaskModel& model) {
  std::int64_t count = 0;
  for (const auto& [name, tensor] : model.parameters())
    if (name.find(".lora.") != std::string::npos || name.find(".houlsby.") != std::string::npos)
      count += tensor.numel();
  return count;
}

void learn(const mtt::MultiTaskModel& model, const std::string& part) {
  for (auto& [name, tensor] : model.parameters())
    tensor.set_requires_grad(name.find(part) != std::string::npos);
}

}  // namespace

TEST_CASE("LoRA gives exactly the base model's output at first, with and without a graph") {
  const auto model = small_model({{"a"}}, kLayers);
  const at::Tensor base = sentences(*model);
  const auto plain = snapshot(model->parameters());
  mtt::add_adapters(model->backbone(),
                    settings(Kind::lora, {"attention.query", "attention.value", "ffn.output"}, 3), 1);
  CHECK(same_bits(sentences(*model), base));
  for (const auto& [name, tensor] : model->parameters())
    if (plain.contains(name)) CHECK(same_bits(tensor, plain.at(name)));
  learn(*model, ".lora.");
  CHECK(largest_difference(sentences(*model), base) < 1e-6);  // other kernels, where a graph is made
  const at::NoGradGuard no_grad;
  CHECK(same_bits(sentences(*model), base));
}

TEST_CASE("LoRA is W + alpha / rank · B A on its rows alone") {
  const auto model = small_model({{"a"}}, 1);
  mtt::GuardedBackbone& backbone = model->backbone();
  mtt::add_adapters(backbone, settings(Kind::lora, {"attention.value"}, 3), 1);
  std::map<std::string, at::Tensor> by_name;
  for (const auto& [name, tensor] : backbone.parameters()) by_name[name] = tensor;
  const at::NoGradGuard no_grad;
  at::Tensor a = by_name.at("layers.0.attention.qkv.lora.value.a");
  at::Tensor b = by_name.at("layers.0.attention.qkv.lora.value.b");
  REQUIRE(a.sizes() == at::IntArrayRef({3, kSmallHidden}));
  REQUIRE(b.sizes() == at::IntArrayRef({kSmallHidden, 3}));
  CHECK(b.abs().max().item<double>() == 0);
  CHECK(a.abs().max().item<double>() > 0);
  CHECK(a.abs().max().item<double>() <= 0.25);  // 1 / √16
  b.fill_(0.1);
  const at::Tensor adapted = sentences(*model);

  const auto merged = small_model({{"a"}}, 1);
  for (auto& [name, tensor] : merged->backbone().parameters())
    if (name == "layers.0.attention.qkv.weight")
      tensor.narrow(0, 2 * kSmallHidden, kSmallHidden).add_(b.matmul(a), 16.0 / 3);
  CHECK(largest_difference(sentences(*merged), adapted) < 1e-6);
  CHECK(largest_difference(sentences(*small_model({{"a"}}, 1)), adapted) > 1e-3);
}

TEST_CASE("at first LoRA's A has no gradient and its B has one") {
  const auto model = small_model({{"a"}}, kLayers);
  mtt::add_adapters(model->backbone(), settings(Kind::lora, {"attention.query", "attention.value"}, 2), 1);
  learn(*model, ".lora.");
  model->forward(inputs(*model), {}, {.sentences = true}).sentences.narrow(1, 0, 3).sum().backward();
  for (const auto& [name, tensor] : model->parameters()) {
    INFO(name);
    if (name.find(".lora.") == std::string::npos) {
      CHECK_FALSE(tensor.grad().defined());
      continue;
    }
    REQUIRE(tensor.grad().defined());
    CHECK((tensor.grad().abs().max().item<double>() > 0) == name.ends_with(".b"));
  }
}

TEST_CASE("Houlsby adapters begin near the base model's output, and at it with W_up = 0") {
  const auto model = small_model({{"a"}}, kLayers);
  const at::Tensor base = sentences(*model);
  mtt::add_adapters(model->backbone(), settings(Kind::houlsby, {"attention.output", "ffn.output"}, 4), 1);
  const double difference = largest_difference(sentences(*model), base);
  CHECK(difference > 0);
  CHECK(difference < 1e-4);
  for (auto& [name, tensor] : model->parameters()) {
    if (name.find(".houlsby.") == std::string::npos) continue;
    if (name.ends_with("bias")) CHECK(tensor.abs().max().item<double>() == 0);
    if (name.ends_with("weight")) CHECK(tensor.abs().max().item<double>() <= 2e-3);
    if (name.find(".up.") != std::string::npos) tensor.zero_();
  }
  CHECK(same_bits(sentences(*model), base));
}

TEST_CASE("adapters have as many parameters as their papers count") {
  const auto lora = small_model({{"a"}}, kLayers);
  mtt::add_adapters(lora->backbone(), settings(Kind::lora, {"attention.query", "attention.value"}, 3), 1);
  CHECK(adapter_parameters(*lora) == kLayers * 2 * 3 * (kSmallHidden + kSmallHidden));
  const auto wide = small_model({{"a"}}, kLayers);
  mtt::add_adapters(wide->backbone(), settings(Kind::lora, {"ffn.output"}, 3), 1);
  CHECK(adapter_parameters(*wide) == kLayers * 3 * (kSmallInner + kSmallHidden));
  const auto houlsby = small_model({{"a"}}, kLayers);
  mtt::add_adapters(houlsby->backbone(), settings(Kind::houlsby, {"attention.output", "ffn.output"}, 5), 1);
  CHECK(adapter_parameters(*houlsby) == kLayers * 2 * (2 * 5 * kSmallHidden + kSmallHidden + 5));
}

TEST_CASE("adapters' first values depend on the seed, and differ from place to place") {
  const auto a_of = [](std::int64_t seed) {
    const auto model = small_model({{"a"}}, kLayers);
    mtt::add_adapters(model->backbone(), settings(Kind::lora, {"attention.query", "attention.value"}, 2),
                      seed);
    std::vector<at::Tensor> all;
    for (const auto& [name, tensor] : model->parameters())
      if (name.ends_with(".a")) all.push_back(tensor.clone());
    return all;
  };
  const auto one = a_of(1), again = a_of(1), other = a_of(2);
  REQUIRE(one.size() == 2 * kLayers);
  for (std::size_t i = 0; i < one.size(); ++i) {
    CHECK(same_bits(one[i], again[i]));
    CHECK_FALSE(same_bits(one[i], other[i]));
    for (std::size_t j = 0; j < i; ++j) CHECK_FALSE(same_bits(one[i], one[j]));
  }
}

TEST_CASE("settings of adapters are read as they were written") {
  for (const Kind kind : {Kind::lora, Kind::houlsby}) {
    const mtt::AdapterSettings written{
        .kind = kind, .places = {"ffn.output", "attention.query"}, .size = 3, .alpha = 0.5};
    const mtt::AdapterSettings read = mtt::read_adapter_table(mtt::adapter_table(written));
    CHECK(read.kind == kind);
    CHECK(read.places == written.places);
    CHECK(read.size == 3);
    CHECK(read.alpha == 0.5);
  }
}

TEST_CASE("adapters where the backbone has no place for them are refused") {
  const auto model = small_model({{"a"}}, kLayers);
  CHECK_THROWS_WITH(mtt::add_adapters(model->backbone(), settings(Kind::lora, {"ffn.intermediate"}, 2), 1),
                    Contains("no place 'ffn.intermediate'"));
  CHECK_THROWS_WITH(mtt::add_adapters(model->backbone(), settings(Kind::houlsby, {"attention.query"}, 2), 1),
                    Contains("Houlsby adapter cannot be added at 'attention.query'"));
}
