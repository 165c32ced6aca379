// Gradients turned towards each other, up to the usual cosine.
#include <algorithm>
#include <cmath>

#include "mtt/plugin.h"
#include "mtt/weighting/gradient_surgery.h"
#include "mtt/weighting/per_task.h"

namespace {

namespace per_task = mtt::per_task;

constexpr double kLargestTarget = 1 - 1e-6;

/// Gradient vaccine: Wang et al. 2021, with one cosine for all shared parameters. A gradient whose cosine
/// with another is below the pair's target gets as much of the other as lifts it there; the target is the
/// running mean of the cosines that were met, and starts at 0.
class GradVac : public mtt::Weighting {
 public:
  explicit GradVac(const mtt::Options& options) : beta_(options.number("beta")) {}

  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::gram; }

  void begin(const std::vector<mtt::WeightedTask>& tasks) override {
    tasks_ = tasks.size();
    targets_.assign(tasks_ * tasks_, 0.0);
  }

  std::vector<double> coefficients(const at::Tensor& gram, const mtt::WeightingStep& step) override {
    const auto meet = [&](const mtt::GradientMeeting& met) {
      double& running = targets_[step.present[met.i] * tasks_ + step.present[met.j]];
      const double target = std::min(running, kLargestTarget);
      const double cosine = std::clamp(met.product / met.norm / met.other, -1.0, 1.0);
      running += beta_ * (cosine - running);
      if (cosine >= target) return 0.0;
      const double sine = std::sqrt(1 - target * target);
      return met.norm * (target * std::sqrt(1 - cosine * cosine) - cosine * sine) / (met.other * sine);
    };
    return mtt::surgery(mtt::SmallMatrix(gram), step.seed, "gradvac", meet);
  }

  mtt::Value state() const override { return mtt::Value::Table{{"targets", per_task::to_value(targets_)}}; }
  void restore(const mtt::Value& state) override {
    targets_ = per_task::from_value(state.at("targets"), targets_.size());
  }

 private:
  double beta_;
  std::size_t tasks_ = 0;
  std::vector<double> targets_;  // [K, K]: of the changed gradient of a row's task with a column's
};

void register_gradvac(mtt::Registry& registry) {
  mtt::OptionList options;
  options.number("beta", 0.5, 0.0, 1.0, "Weight of a new cosine in the running mean.");
  registry.add(mtt::WeightingPlugin{
      .name = "gradvac",
      .summary = "Gradients rotated towards each other up to the running mean of their cosine (GradVac, Wang "
                 "et al. 2021).",
      .options = std::move(options),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<GradVac>(options);
      },
  });
}

}  // namespace

MTT_PLUGIN("gradvac", "1.0", register_gradvac)
