// The smooth maximum of the losses.
#include <cmath>
#include <limits>
#include <numeric>

#include "mtt/plugin.h"
#include "mtt/weighting/per_task.h"

namespace {

namespace per_task = mtt::per_task;

/// Smooth Tchebycheff scalarisation: Lin et al. 2024, in the form of LibMTL. It minimises
/// K μ log Σ exp(log(L_i / nadir_i) / μ), where the nadir is the mean loss of the epoch after the warm-up;
/// Σ log L_i until every task has a nadir. Losses below 1e-8 count as 1e-8.
class SmoothTchebycheff : public mtt::Weighting {
 public:
  explicit SmoothTchebycheff(const mtt::Options& options)
      : mu_(options.number("mu")), warm_up_(options.integer("warm_up")) {}

  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::losses; }
  bool own_objective() const override { return true; }

  void begin(const std::vector<mtt::WeightedTask>& tasks) override {
    nadir_.assign(tasks.size(), std::numeric_limits<double>::quiet_NaN());
  }

  std::vector<double> weights(const mtt::WeightingStep& step) override {
    const std::size_t count = step.present.size();
    std::vector<double> weights(count, 1.0);
    if (!std::isnan(std::accumulate(nadir_.begin(), nadir_.end(), 0.0))) {
      for (std::size_t n = 0; n < count; ++n) {
        const std::size_t i = step.present[n];
        weights[n] = std::log(per_task::floored(step.losses[i]) / per_task::floored(nadir_[i])) / mu_;
      }
      weights = per_task::softmax(std::move(weights));
      for (double& weight : weights) weight *= static_cast<double>(count);
    }
    for (std::size_t n = 0; n < count; ++n) weights[n] /= per_task::floored(step.losses[step.present[n]]);
    return per_task::spread(weights, step.present, step.losses.size());
  }

  void after_epoch(std::int64_t epoch, const std::vector<double>& mean_losses) override {
    for (std::size_t i = 0; i < nadir_.size(); ++i)
      if (epoch >= warm_up_ && std::isnan(nadir_[i])) nadir_[i] = mean_losses[i];
  }

  mtt::Value state() const override { return mtt::Value::Table{{"nadir", per_task::to_value(nadir_)}}; }
  void restore(const mtt::Value& state) override {
    nadir_ = per_task::from_value(state.at("nadir"), nadir_.size());
  }

 private:
  double mu_;
  std::int64_t warm_up_;
  std::vector<double> nadir_;
};

void register_stch(mtt::Registry& registry) {
  mtt::OptionList options;
  options.number("mu", 1.0, 1e-3, {}, "Smoothing; near 0 only the largest loss counts.");
  options.integer("warm_up", 4, 0, {},
                  "Number of epochs before the reference epoch. Losses are divided by their mean in that "
                  "epoch; until it ends, the sum of the log losses is minimised.");
  registry.add(mtt::WeightingPlugin{
      .name = "stch",
      .summary = "The smooth maximum of the losses relative to early ones (Lin et al. 2024).",
      .options = std::move(options),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<SmoothTchebycheff>(options);
      },
  });
}

}  // namespace

MTT_PLUGIN("stch", "1.0", register_stch)
