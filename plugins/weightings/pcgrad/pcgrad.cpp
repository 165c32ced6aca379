// Conflicting gradients projected onto each other's normal planes.
#include "mtt/plugin.h"
#include "mtt/weighting/gradient_surgery.h"

namespace {

/// Yu et al. 2020, Gradient surgery for multi-task learning: from every gradient the part is taken that is
/// against another one, in random order; the results are summed.
class PcGrad : public mtt::Weighting {
 public:
  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::gram; }
  void begin(const std::vector<mtt::WeightedTask>&) override {}

  std::vector<double> coefficients(const at::Tensor& gram, const mtt::WeightingStep& step) override {
    return mtt::surgery(mtt::SmallMatrix(gram), step.seed, "pcgrad", [](const mtt::GradientMeeting& met) {
      return met.product < 0 ? -met.product / (met.other * met.other) : 0.0;
    });
  }
};

void register_pcgrad(mtt::Registry& registry) {
  registry.add(mtt::WeightingPlugin{
      .name = "pcgrad",
      .summary = "Conflicting gradients projected onto each other's normal planes (Yu et al. 2020).",
      .options = {},
      .create = [](const mtt::Options&) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<PcGrad>();
      },
  });
}

}  // namespace

MTT_PLUGIN("pcgrad", "1.0", register_pcgrad)
