// Random weights.
#include "mtt/plugin.h"
#include "mtt/random_stream.h"
#include "mtt/weighting/per_task.h"

namespace {

/// Random loss weighting: Lin, Ye, Zhang and Tsang 2022, Reasonable effectiveness of random weighting. The
/// softmax of one standard normal draw a task, new in every step, times K.
class RandomLossWeighting : public mtt::Weighting {
 public:
  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::nothing; }
  void begin(const std::vector<mtt::WeightedTask>&) override {}

  std::vector<double> weights(const mtt::WeightingStep& step) override {
    std::vector<double> weights(step.losses.size());
    for (std::size_t i = 0; i < weights.size(); ++i)
      weights[i] = mtt::RandomStream(step.seed, "rlw", i).normal();
    weights = mtt::per_task::softmax(std::move(weights));
    for (double& weight : weights) weight *= static_cast<double>(weights.size());
    return weights;
  }
};

void register_rlw(mtt::Registry& registry) {
  registry.add(mtt::WeightingPlugin{
      .name = "rlw",
      .summary = "Random weights, drawn in every step (RLW, Lin et al. 2022).",
      .options = {},
      .create = [](const mtt::Options&) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<RandomLossWeighting>();
      },
      .other_names = {"random"},
  });
}

}  // namespace

MTT_PLUGIN("rlw", "1.0", register_rlw)
