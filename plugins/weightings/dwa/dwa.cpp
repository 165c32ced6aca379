// Weights from how fast every task's loss falls.
#include <cmath>
#include <limits>

#include "mtt/plugin.h"
#include "mtt/weighting/per_task.h"

namespace {

namespace per_task = mtt::per_task;

/// Dynamic weight average: Liu, Johns and Davison 2019, End-to-end multi-task learning with attention.
/// w = K softmax(r / T) with r_i the mean loss of the last epoch over that of the one before; 1 until a task
/// has two epochs.
class DynamicWeightAverage : public mtt::Weighting {
 public:
  explicit DynamicWeightAverage(const mtt::Options& options) : temperature_(options.number("temperature")) {}

  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::nothing; }

  void begin(const std::vector<mtt::WeightedTask>& tasks) override {
    last_.assign(tasks.size(), std::numeric_limits<double>::quiet_NaN());
    before_ = last_;
  }

  std::vector<double> weights(const mtt::WeightingStep&) override {
    std::vector<double> weights(last_.size());
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const double ratio = last_[i] / before_[i];
      weights[i] = (std::isfinite(ratio) ? ratio : 1.0) / temperature_;
    }
    weights = per_task::softmax(std::move(weights));
    for (double& weight : weights) weight *= static_cast<double>(weights.size());
    return weights;
  }

  void after_epoch(std::int64_t, const std::vector<double>& mean_losses) override {
    for (std::size_t i = 0; i < last_.size(); ++i) {
      if (std::isnan(mean_losses[i])) continue;
      before_[i] = last_[i];
      last_[i] = mean_losses[i];
    }
  }

  mtt::Value state() const override {
    return mtt::Value::Table{{"last", per_task::to_value(last_)}, {"before", per_task::to_value(before_)}};
  }
  void restore(const mtt::Value& state) override {
    last_ = per_task::from_value(state.at("last"), last_.size());
    before_ = per_task::from_value(state.at("before"), before_.size());
  }

 private:
  double temperature_;
  std::vector<double> last_, before_;
};

void register_dwa(mtt::Registry& registry) {
  mtt::OptionList options;
  options.number("temperature", 2.0, 1e-3, {}, "Temperature of the softmax; higher: more equal weights.");
  registry.add(mtt::WeightingPlugin{
      .name = "dwa",
      .summary =
          "Larger weights for tasks whose loss decreased less in the last epoch (DWA, Liu et al. 2019).",
      .options = std::move(options),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<DynamicWeightAverage>(options);
      },
      .other_names = {"dynamic_weight_average"},
  });
}

}  // namespace

MTT_PLUGIN("dwa", "1.0", register_dwa)
