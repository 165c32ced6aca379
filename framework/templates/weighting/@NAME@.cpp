// A task weighs as much as a power of its loss: what is learnt already counts less.
#include <cmath>

#include "mtt/plugin.h"

namespace {

class @TITLE@Weighting : public mtt::Weighting {
 public:
  explicit @TITLE@Weighting(const mtt::Options& options) : power_(options.number("power")) {}

  // What weights() must know. Weightings on gradients answer gram or gradients, and give coefficients() or
  // combine() beside the weights.
  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::losses; }

  void begin(const std::vector<mtt::WeightedTask>&) override {}

  // One weight a task. The framework scales them to sum to the number of tasks.
  std::vector<double> weights(const mtt::WeightingStep& step) override {
    std::vector<double> weights(step.losses.size(), 1.0);
    for (const std::size_t task : step.present) weights[task] = std::pow(step.losses[task], power_);
    return weights;
  }

 private:
  double power_;
};

void register_@NAME@(mtt::Registry& registry) {
  mtt::OptionList options;
  options.number("power", 0.5, 0.0, 10.0, "To which a task's loss is raised.");
  registry.add(mtt::WeightingPlugin{
      .name = "@NAME@",
      .summary = "A task weighs as much as a power of its loss.",
      .options = options,
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<@TITLE@Weighting>(options);
      },
  });
}

}  // namespace

MTT_PLUGIN("@NAME@", "0.1", register_@NAME@)
