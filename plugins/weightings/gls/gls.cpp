// The geometric mean of the losses.
#include <cmath>

#include "mtt/plugin.h"
#include "mtt/weighting/per_task.h"

namespace {

namespace per_task = mtt::per_task;

/// Geometric loss strategy: Chennupati et al. 2019, MultiNet++. It minimises (Π L_i)^{1/K} over the K present
/// tasks, so w_i = (Π L_j)^{1/K} / (K L_i). Losses below 1e-8 count as 1e-8.
class GeometricLoss : public mtt::Weighting {
 public:
  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::losses; }
  bool own_objective() const override { return true; }
  void begin(const std::vector<mtt::WeightedTask>&) override {}

  std::vector<double> weights(const mtt::WeightingStep& step) override {
    const auto count = static_cast<double>(step.present.size());
    double log_mean = 0;
    for (const std::size_t i : step.present) log_mean += std::log(per_task::floored(step.losses[i])) / count;
    std::vector<double> weights;
    for (const std::size_t i : step.present)
      weights.push_back(std::exp(log_mean) / count / per_task::floored(step.losses[i]));
    return per_task::spread(weights, step.present, step.losses.size());
  }
};

void register_gls(mtt::Registry& registry) {
  registry.add(mtt::WeightingPlugin{
      .name = "gls",
      .summary = "The geometric mean of the losses (Chennupati et al. 2019).",
      .options = {},
      .create = [](const mtt::Options&) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<GeometricLoss>();
      },
  });
}

}  // namespace

MTT_PLUGIN("gls", "1.0", register_gls)
