#include "train/parameter_groups.h"

#include <cmath>

#include "freeze/frontier.h"
#include "freeze/selector.h"

namespace mtt {
namespace {

constexpr std::string_view kBackbone = "backbone.";

/// The words of a head's task are no part of what its parameters are.
std::string_view without_task(std::string_view name) {
  constexpr std::string_view kHeads = "heads.";
  return name.starts_with(kHeads) ? name.substr(name.find('.', kHeads.size()) + 1) : name;
}

bool decays(std::string_view parameter) {
  const std::string_view name = without_task(parameter);
  return !parameter.ends_with(".bias") && name.find("norm") == std::string_view::npos;
}

constexpr double kAutomaticRate = 1e-3;

/// Adam moves every weight by about the rate, so a logit by the rate times the size of what it is computed
/// from.
double automatic_rate(std::string_view name, const HeadScales& feature_rms) {
  constexpr std::string_view kHeads = "heads.";
  if (!name.starts_with(kHeads)) return kAutomaticRate;
  const std::string_view rest = name.substr(kHeads.size());
  const auto found = feature_rms.find(rest.substr(0, rest.find('.')));
  return found == feature_rms.end() || found->second <= 0 ? kAutomaticRate : kAutomaticRate / found->second;
}

}  // namespace

bool is_adapter(std::string_view parameter) {
  return parameter.find(".lora.") != std::string_view::npos ||
         parameter.find(".houlsby.") != std::string_view::npos;
}

std::vector<AdamW::Slot> parameter_groups(const std::vector<nn::NamedParameter>& parameters,
                                          const OptimizerSettings& settings, std::int64_t layers,
                                          const HeadScales& feature_rms) {
  std::vector<AdamW::Slot> slots;
  for (const auto& [name, tensor] : parameters) {
    double rate = settings.learning_rate;
    if (name.starts_with("heads.") || is_adapter(name)) {
      rate = settings.head_learning_rate.value_or(automatic_rate(name, feature_rms));
    } else if (name.starts_with(kBackbone)) {
      const std::int64_t layer = layer_of_parameter(std::string_view(name).substr(kBackbone.size()));
      rate *= std::pow(settings.layer_decay, static_cast<double>(layers - 1 - layer));
    }
    slots.push_back({name, tensor, rate, decays(name) ? settings.weight_decay : 0});
  }
  for (const auto& [selector, rate] : settings.rules) {
    bool any = false;
    for (AdamW::Slot& slot : slots) {
      if (!selects(selector, slot.name)) continue;
      slot.learning_rate = rate.number();
      any = true;
    }
    if (!any)
      rate.refuse("[train.learning_rates] the selector '" + selector +
                  "' names no parameter; `mtt run --check --verbose` with this selector left out lists them");
  }
  return slots;
}

}  // namespace mtt
