// Weights from a learned noise of every task.
#include <cmath>

#include "mtt/plugin.h"
#include "mtt/weighting/per_task.h"

namespace {

namespace per_task = mtt::per_task;

/// Kendall, Gal and Cipolla 2018, Multi-task learning using uncertainty to weigh losses. With s_i = log σ_i²
/// it minimises Σ f_i e^{-s_i} L_i + s_i / 2 over the s_i too; f is 1/2 for regression, 1 for classification.
class Uncertainty : public mtt::Weighting {
 public:
  explicit Uncertainty(const mtt::Options& options)
      : initial_(options.number("initial")), learning_rate_(options.number("learning_rate")) {}

  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::nothing; }
  bool own_objective() const override { return true; }
  double learning_rate() const override { return learning_rate_; }

  void begin(const std::vector<mtt::WeightedTask>& tasks) override {
    for (const mtt::WeightedTask& task : tasks)
      factors_.push_back(task.kind == mtt::LossKind::regression ? 0.5 : 1.0);
    log_variances_ = parameter("log_variances", {static_cast<std::int64_t>(tasks.size())});
    per_task::assign(log_variances_, std::vector<double>(tasks.size(), initial_));
  }

  std::vector<double> weights(const mtt::WeightingStep&) override {
    std::vector<double> weights = per_task::numbers(log_variances_);
    for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = factors_[i] * std::exp(-weights[i]);
    return weights;
  }

  void after_step(const mtt::WeightingStep& step, const std::function<std::vector<double>()>&) override {
    const std::vector<double> weight = weights(step);
    std::vector<double> gradient(weight.size());
    for (const std::size_t i : step.present) gradient[i] = 0.5 - weight[i] * step.losses[i];
    per_task::set_gradient(log_variances_, gradient);
  }

 private:
  double initial_, learning_rate_;
  std::vector<double> factors_;
  at::Tensor log_variances_;
};

void register_uncertainty(mtt::Registry& registry) {
  mtt::OptionList options;
  options.number("initial", 0.0, -20.0, 20.0, "Initial log variance of every task.");
  options.number("learning_rate", 0.025, 0.0, {}, "Learning rate of the log variances.");
  registry.add(mtt::WeightingPlugin{
      .name = "uncertainty",
      .summary = "Each loss divided by a learned noise variance (Kendall et al. 2018).",
      .options = std::move(options),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<Uncertainty>(options);
      },
      .other_names = {"kendall", "uncertainty_weighting"},
  });
}

}  // namespace

MTT_PLUGIN("uncertainty", "1.0", register_uncertainty)
