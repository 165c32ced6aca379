#include "model/peft_adapter.h"

#include <ATen/ATen.h>

#include "catch.h"
#include "mtt/error.h"
#include "temporary_folder.h"
#include "weight_files.h"

namespace {

/// One weight [4, 3], of which the checkpoint has the two halves of the rows.
class Halves : public mtt::Backbone {
 public:
  Halves() { parameter("weight", {4, 3}).fill_(1); }
  const mtt::BackboneShape& shape() const override { return shape_; }
  at::Tensor embed(const mtt::PackedBatch&) const override { return {}; }
  at::Tensor layers(at::Tensor hidden, const mtt::PackedBatch&, std::int64_t, std::int64_t) const override {
    return hidden;
  }
  std::optional<mtt::WeightTarget> weight_target(std::string_view name) const override {
    if (name == "low.weight") return mtt::WeightTarget{"weight", 0};
    if (name == "high.weight") return mtt::WeightTarget{"weight", 2};
    return std::nullopt;
  }

 private:
  mtt::BackboneShape shape_;
};

std::string config(const std::string& more = "") {
  return R"({"peft_type": "LORA", "r": 2, "lora_alpha": 6, "base_model_name_or_path": "base")" + more + "}";
}

const FloatTensor kA{"base_model.model.high.lora_A.weight", {2, 3}, {1, 0, 0, 0, 2, 0}},
    kB{"base_model.model.high.lora_B.weight", {2, 2}, {1, 1, 0, 5}};

void check_refused(const std::vector<FloatTensor>& tensors, const std::string& part) {
  const TemporaryFolder folder;
  folder.write("adapter_config.json", config());
  write_float_tensors(folder.path() / "adapter_model.safetensors", tensors);
  mtt::GuardedBackbone backbone(std::make_unique<Halves>(), "halves");
  CHECK_THROWS_WITH(mtt::PeftAdapter::read(folder.path())->merge_into(backbone),
                    Contains("adapter_model.safetensors") && Contains(part));
}

}  // namespace

TEST_CASE("an adapter adds alpha / r times B A to its rows of the weight") {
  const TemporaryFolder folder;
  folder.write("adapter_config.json", config());
  write_float_tensors(folder.path() / "adapter_model.safetensors", {kA, kB});
  const auto adapter = mtt::PeftAdapter::read(folder.path());
  REQUIRE(adapter);
  CHECK(adapter->base == "base");
  CHECK(adapter->scale == 3);
  mtt::GuardedBackbone backbone(std::make_unique<Halves>(), "halves");
  adapter->merge_into(backbone);
  at::Tensor expected = at::ones({4, 3});
  expected[2] += at::tensor({3.0F, 6.0F, 0.0F});
  expected[3] += at::tensor({0.0F, 30.0F, 0.0F});
  CHECK(at::equal(backbone.parameters().at(0).tensor, expected));
}

TEST_CASE("a directory without adapter_config.json has no adapter") {
  const TemporaryFolder folder;
  CHECK_FALSE(mtt::PeftAdapter::read(folder.path()));
}

TEST_CASE("methods other than plain LoRA are refused where the file names them") {
  const auto refused = [](const std::string& text, const std::string& part) {
    const TemporaryFolder folder;
    folder.write("adapter_config.json", text);
    CHECK_THROWS_WITH(mtt::PeftAdapter::read(folder.path()),
                      Contains("adapter_config.json:1:") && Contains(part));
  };
  refused(config(R"(, "use_dora": true)"), "use_dora");
  refused(config(R"(, "rank_pattern": {"q": 4})"), "rank_pattern");
  refused(config(R"(, "modules_to_save": ["classifier"])"), "modules_to_save");
  refused(config(R"(, "bias": "all")"), "bias 'all'");
  refused(R"({"peft_type": "IA3"})", "'IA3'");
  refused(R"({"peft_type": "LORA", "r": 0, "lora_alpha": 6, "base_model_name_or_path": "b"})", "rank r is 0");
  const TemporaryFolder folder;
  folder.write("adapter_config.json", config(R"(, "use_dora": false, "rank_pattern": {}, "bias": "none")"));
  CHECK(mtt::PeftAdapter::read(folder.path()));
}

TEST_CASE("tensors that do not fit the backbone are refused") {
  FloatTensor other = kA, wide = kA, deep = kB;
  other.name = "base_model.model.middle.lora_A.weight";
  wide.shape = {3, 2};
  deep.shape = {4, 1};
  check_refused({other}, "'middle.weight', which this model does not have");
  check_refused({kA}, "expected both");
  check_refused({wide, kB}, "do not fit");
  check_refused({kA, deep}, "do not fit");
  check_refused({kA, kB, {"classifier.weight", {1, 1}, {0}}},
                "'classifier.weight' is not part of a LoRA adapter");
}
