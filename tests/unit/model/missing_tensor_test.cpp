#include "model/missing_tensor.h"

#include "catch.h"

using mtt::WeightTarget;

namespace {

/// encoder.N.dense.{weight,bias} → layers.N.dense.{weight,bias}
std::optional<WeightTarget> target(std::string_view name) {
  if (!name.starts_with("encoder.")) return std::nullopt;
  return WeightTarget{.parameter = "layers." + std::string(name.substr(8)), .row = {}};
}

}  // namespace

TEST_CASE("the name of a missing tensor is that of another layer or of its weight") {
  const std::vector<std::string> present = {"encoder.0.dense.weight", "encoder.0.dense.bias",
                                            "encoder.1.dense.weight"};
  CHECK(mtt::missing_tensor_name("layers.1.dense.bias", 0, present, target) == "encoder.1.dense.bias");
  CHECK(mtt::missing_tensor_name("layers.7.dense.weight", 0, present, target) == "encoder.7.dense.weight");
  CHECK_FALSE(mtt::missing_tensor_name("pooler.weight", 0, present, target));
}

TEST_CASE("names of adapters and of a wrapped model say so") {
  CHECK_THAT(mtt::naming_hint({"encoder.0.dense.lora_A.weight"}, target), Contains("a name of PEFT"));
  CHECK_THAT(mtt::naming_hint({"model.encoder.0.dense.weight"}, target),
             Contains("the names have the prefix 'model.'"));
  CHECK(mtt::naming_hint({"encoder.0.dense.weight"}, target).empty());
}
