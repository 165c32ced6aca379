// Gradient norms after the pace of training.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "mtt/plugin.h"
#include "mtt/weighting/per_task.h"

namespace {

namespace per_task = mtt::per_task;

constexpr double kLeastWeight = 1e-3;

/// Chen et al. 2018, GradNorm. With G_i = w_i ‖g_i‖ and r_i = L_i / L_i(0) over the mean of these, the
/// weights descend Σ |G_i - mean(G) r_i^α|, the targets held fixed, and are scaled to the sum K. L_i(0) is a
/// task's first loss.
class GradNorm : public mtt::Weighting {
 public:
  explicit GradNorm(const mtt::Options& options)
      : alpha_(options.number("alpha")), learning_rate_(options.number("learning_rate")) {}

  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::gradient_norms; }
  double learning_rate() const override { return learning_rate_; }

  void begin(const std::vector<mtt::WeightedTask>& tasks) override {
    weights_ = parameter("weights", {static_cast<std::int64_t>(tasks.size())});
    per_task::assign(weights_, std::vector<double>(tasks.size(), 1.0));
    first_.assign(tasks.size(), std::numeric_limits<double>::quiet_NaN());
  }

  std::vector<double> weights(const mtt::WeightingStep&) override {
    std::vector<double> weights = per_task::numbers(weights_);
    for (double& weight : weights) weight = std::max(weight, kLeastWeight);
    const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight *= static_cast<double>(weights.size()) / sum;
    per_task::assign(weights_, weights);
    return weights;
  }

  void after_step(const mtt::WeightingStep& step, const std::function<std::vector<double>()>&) override {
    if (step.gradient_norms.empty()) return;
    const std::vector<double> weights = per_task::numbers(weights_);
    const auto count = static_cast<double>(step.present.size());
    std::vector<double> rates;
    double mean_rate = 0, mean_norm = 0;
    for (const std::size_t i : step.present) {
      if (std::isnan(first_[i])) first_[i] = step.losses[i];
      rates.push_back(per_task::floored(step.losses[i]) / per_task::floored(first_[i]));
      mean_rate += rates.back() / count;
      mean_norm += weights[i] * step.gradient_norms[i] / count;
    }
    std::vector<double> gradient(weights.size());
    for (std::size_t n = 0; n < rates.size(); ++n) {
      const std::size_t i = step.present[n];
      const double excess =
          weights[i] * step.gradient_norms[i] - mean_norm * std::pow(rates[n] / mean_rate, alpha_);
      gradient[i] = excess > 0 ? step.gradient_norms[i] : excess < 0 ? -step.gradient_norms[i] : 0.0;
    }
    per_task::set_gradient(weights_, gradient);
  }

  mtt::Value state() const override {
    return mtt::Value::Table{{"first_losses", per_task::to_value(first_)}};
  }
  void restore(const mtt::Value& state) override {
    first_ = per_task::from_value(state.at("first_losses"), first_.size());
  }

 private:
  double alpha_, learning_rate_;
  at::Tensor weights_;
  std::vector<double> first_;
};

void register_gradnorm(mtt::Registry& registry) {
  mtt::OptionList options;
  options.number("alpha", 1.5, 0.0, {},
                 "Strength of the preference for tasks that train more slowly; 0: equal norms.");
  options.number("learning_rate", 0.025, 0.0, {}, "Learning rate of the weights.");
  registry.add(mtt::WeightingPlugin{
      .name = "gradnorm",
      .summary = "Gradient norms balanced by the training rates of the tasks (GradNorm, Chen et al. 2018).",
      .options = std::move(options),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<GradNorm>(options);
      },
  });
}

}  // namespace

MTT_PLUGIN("gradnorm", "1.0", register_gradnorm)
