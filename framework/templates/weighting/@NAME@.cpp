// Weights proportional to a power of the loss: tasks with a small loss count less.
#include <cmath>

#include "mtt/plugin.h"

namespace {

class @TITLE@Weighting : public mtt::Weighting {
 public:
  explicit @TITLE@Weighting(const mtt::Options& options) : power_(options.number("power")) {}

  // What weights() needs. Methods that combine gradients return gram or gradients here, and also override
  // coefficients() or combine().
  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::losses; }

  void begin(const std::vector<mtt::WeightedTask>&) override {}

  // One weight per task. The framework scales them to sum to the number of tasks.
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
  options.number("power", 0.5, 0.0, 10.0, "Exponent of a task's loss.");
  registry.add(mtt::WeightingPlugin{
      .name = "@NAME@",
      .summary = "Weights proportional to a power of the loss.",
      .options = options,
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<@TITLE@Weighting>(options);
      },
  });
}

}  // namespace

MTT_PLUGIN("@NAME@", "0.1", register_@NAME@)
