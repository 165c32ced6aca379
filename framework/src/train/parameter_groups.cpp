#include "train/parameter_groups.h"

#include <cmath>

#include "freeze/frontier.h"
#include "freeze/selector.h"
#include "model/parameter_name.h"

namespace mtt {
namespace {

bool decays(std::string_view parameter) { return !is_bias(parameter) && !is_norm(parameter); }

constexpr double kAutomaticRate = 1e-3;

/// Adam moves every weight by about the rate, so a logit by the rate times the size of what it is computed
/// from.
double automatic_rate(std::string_view name, const HeadScales& feature_rms) {
  const auto found = feature_rms.find(task_of_parameter(name));
  return found == feature_rms.end() || found->second <= 0 ? kAutomaticRate : kAutomaticRate / found->second;
}

}  // namespace

std::vector<AdamW::Slot> parameter_groups(const std::vector<nn::NamedParameter>& parameters,
                                          const OptimizerSettings& settings, std::int64_t layers,
                                          const HeadScales& feature_rms) {
  std::vector<AdamW::Slot> slots;
  for (const auto& [name, tensor] : parameters) {
    double rate = settings.learning_rate;
    if (name_in_head(name) || is_adapter(name)) {
      rate = settings.head_learning_rate.value_or(automatic_rate(name, feature_rms));
    } else if (const auto own = name_in_backbone(name)) {
      const std::int64_t layer = layer_of_parameter(*own);
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
                  "' matches no parameter; `mtt run --check --verbose` without this selector lists them");
  }
  return slots;
}

}  // namespace mtt
