#include "model/parameter_name.h"

#include <charconv>

namespace mtt {

std::optional<std::string_view> name_in_backbone(std::string_view parameter) {
  if (!parameter.starts_with(kBackbonePrefix)) return std::nullopt;
  return parameter.substr(kBackbonePrefix.size());
}

std::optional<std::string_view> name_in_head(std::string_view parameter) {
  if (!parameter.starts_with(kHeadsPrefix)) return std::nullopt;
  return parameter.substr(parameter.find('.', kHeadsPrefix.size()) + 1);
}

std::string_view task_of_parameter(std::string_view parameter) {
  if (!parameter.starts_with(kHeadsPrefix)) return "";
  const std::string_view rest = parameter.substr(kHeadsPrefix.size());
  return rest.substr(0, rest.find('.'));
}

std::int64_t layer_of_parameter(std::string_view name_in_backbone) {
  constexpr std::string_view kLayers = "layers.";
  if (!name_in_backbone.starts_with(kLayers)) return -1;
  std::int64_t layer = -1;
  std::from_chars(name_in_backbone.data() + kLayers.size(), name_in_backbone.data() + name_in_backbone.size(),
                  layer);
  return layer;
}

bool is_adapter(std::string_view parameter) {
  return parameter.find(".lora.") != std::string_view::npos ||
         parameter.find(".houlsby.") != std::string_view::npos;
}

bool is_bias(std::string_view parameter) { return parameter == "bias" || parameter.ends_with(".bias"); }

bool is_norm(std::string_view parameter) {
  return name_in_head(parameter).value_or(parameter).find("norm") != std::string_view::npos;
}

}  // namespace mtt
