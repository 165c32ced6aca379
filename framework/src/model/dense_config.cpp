#include "model/dense_config.h"

#include <utility>

#include "model/config_file.h"
#include "mtt/error.h"
#include "text/component_json.h"

namespace mtt {
namespace {

constexpr std::pair<const char*, const char*> kClasses[] = {
    {"Tanh", "tanh"}, {"Identity", "identity"}, {"ReLU", "relu"}, {"GELU", "gelu"}, {"SiLU", "silu"}};
constexpr const char* kExpected =
    "expected Tanh, Identity, ReLU, GELU or SiLU of torch.nn.modules.activation";

std::string activation_name(const Value& value, std::vector<std::string>& warnings) {
  if (value.is(Value::Kind::null))
    value.refuse(std::string("activation_function is null, which sentence-transformers does not load; ") +
                 kExpected + ", or no such key for Tanh");
  const std::string& dotted = value.string();
  if (!dotted.starts_with("torch.")) {
    warnings.push_back(value.place().prefix() + "activation_function '" + dotted +
                       "' is not a class of torch; Tanh is used, as in sentence-transformers");
    return "tanh";
  }
  const std::string last = dotted.substr(dotted.rfind('.') + 1);
  for (const auto& [theirs, ours] : kClasses)
    if (last == theirs) return ours;
  value.refuse("activation_function '" + dotted + "' is not known; " + kExpected);
}

}  // namespace

SentenceModules::DenseShape read_dense_config(const std::filesystem::path& folder,
                                              std::vector<std::string>& warnings) {
  const std::filesystem::path file = folder / "config.json";
  const Value config = read_json(file);
  warn_of_unknown_keys(config,
                       {"in_features", "out_features", "bias", "activation_function", "module_input_name",
                        "module_output_name", "use_residual"},
                       "the dense module", warnings);
  for (const char* key : {"module_input_name", "module_output_name"}) {
    const Value* name = config.find(key);
    if (!is_null(name) && name->string() != "sentence_embedding")
      name->refuse(std::string(key) + " '" + name->string() +
                   "' is not supported; expected 'sentence_embedding'");
  }
  SentenceModules::DenseShape shape;
  shape.source = file.string();
  shape.in = config_size(config, "in_features");
  shape.out = config_size(config, "out_features");
  if (const Value* bias = config.find("bias")) shape.bias = bias->boolean();
  shape.residual = flag_or(config, "use_residual", false);
  if (const Value* activation = config.find("activation_function"))
    shape.activation = activation_name(*activation, warnings);
  return shape;
}

std::string activation_class(const std::string& name) {
  for (const auto& [theirs, ours] : kClasses)
    if (name == ours)
      return std::string("torch.nn.modules.") + (name == "identity" ? "linear." : "activation.") + theirs;
  throw Error("the activation '" + name + "' of a dense layer has no class in torch.nn");
}

}  // namespace mtt
