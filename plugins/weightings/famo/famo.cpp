// The same relative progress for all tasks.
#include <cmath>

#include "mtt/plugin.h"
#include "mtt/weighting/per_task.h"

namespace {

namespace per_task = mtt::per_task;

/// Fast adaptive multitask optimisation: Liu, Feng, Stone and Liu 2023, equations 8 to 12. With
/// z = softmax(ξ), w_i = z_i / L_i, scaled to the sum 1; after the step ξ moves by the change of log L on the
/// same batch, with Adam (rate β, decay γ). Losses below 1e-8 count as 1e-8.
class Famo : public mtt::Weighting {
 public:
  explicit Famo(const mtt::Options& options)
      : beta_(options.number("beta")), gamma_(options.number("gamma")) {}

  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::losses; }
  double learning_rate() const override { return beta_; }
  double weight_decay() const override { return gamma_; }

  void begin(const std::vector<mtt::WeightedTask>& tasks) override {
    xi_ = parameter("xi", {static_cast<std::int64_t>(tasks.size())});
    per_task::assign(xi_, std::vector<double>(tasks.size(), 0.0));
  }

  std::vector<double> weights(const mtt::WeightingStep& step) override {
    std::vector<double> weights = shares(step);
    double sum = 0;
    for (std::size_t n = 0; n < weights.size(); ++n)
      sum += weights[n] /= per_task::floored(step.losses[step.present[n]]);
    for (double& weight : weights) weight /= sum;
    return per_task::spread(weights, step.present, step.losses.size());
  }

  void after_step(const mtt::WeightingStep& step,
                  const std::function<std::vector<double>()>& losses_again) override {
    const std::vector<double> z = shares(step);
    const std::vector<double> after = losses_again();
    std::vector<double> progress;
    double mean = 0;
    for (std::size_t n = 0; n < z.size(); ++n) {
      const std::size_t i = step.present[n];
      progress.push_back(std::log(per_task::floored(step.losses[i]) / per_task::floored(after[i])));
      mean += z[n] * progress[n];
    }
    std::vector<double> gradient(step.losses.size());
    for (std::size_t n = 0; n < z.size(); ++n) gradient[step.present[n]] = z[n] * (progress[n] - mean);
    per_task::set_gradient(xi_, gradient);
  }

 private:
  std::vector<double> shares(const mtt::WeightingStep& step) const {
    const std::vector<double> all = per_task::numbers(xi_);
    std::vector<double> present;
    for (const std::size_t i : step.present) present.push_back(all[i]);
    return per_task::softmax(std::move(present));
  }

  double beta_, gamma_;
  at::Tensor xi_;
};

void register_famo(mtt::Registry& registry) {
  mtt::OptionList options;
  options.number("beta", 0.025, 0.0, {}, "Learning rate of the weights.");
  options.number("gamma", 0.001, 0.0, {}, "Decay of the weights towards equal weights.");
  registry.add(mtt::WeightingPlugin{
      .name = "famo",
      .summary = "Equal relative decrease of all losses (FAMO, Liu et al. 2023).",
      .options = std::move(options),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<Famo>(options);
      },
  });
}

}  // namespace

MTT_PLUGIN("famo", "1.0", register_famo)
