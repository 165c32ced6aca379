// Impartial balance of losses and of gradients.
#include <ATen/ops/linalg_pinv.h>

#include <cmath>
#include <numeric>

#include "mtt/plugin.h"
#include "mtt/weighting/per_task.h"
#include "mtt/weighting/small_matrix.h"

namespace {

namespace per_task = mtt::per_task;
using mtt::SmallMatrix;

SmallMatrix scaled(SmallMatrix gram, const std::vector<double>& scales) {
  for (std::size_t i = 0; i < gram.size(); ++i)
    for (std::size_t j = 0; j < gram.size(); ++j) gram(i, j) *= scales[i] * scales[j];
  return gram;
}

/// The b for which Σ b_i u_i has the same product with every unit vector u_i, from their cosines: C⁺·1. Where
/// that vanishes (opposite gradients) Σ u_i is 0, and 0 is the only vector with equal products.
std::vector<double> impartial(const SmallMatrix& cosines) {
  const std::size_t n = cosines.size();
  const SmallMatrix inverse(
      at::linalg_pinv(cosines.tensor(), static_cast<double>(n) * mtt::kGramRounding, /*hermitian=*/true));
  std::vector<double> b = inverse.times(std::vector<double>(n, 1.0));
  if (std::accumulate(b.begin(), b.end(), 0.0) > mtt::kGramRounding) return b;
  return std::vector<double>(n, 1.0);
}

/// Liu et al. 2021, Towards impartial multi-task learning. IMTL-L minimises Σ e^{s_i} L_i - s_i over the s_i
/// too, so every scaled loss tends to 1. IMTL-G gives the shared parameters d = Σ α_i g_i with Σ α_i = 1 and
/// the same d·g_i/‖g_i‖ for all i. The hybrid does both: IMTL-G on the scaled losses, with Σ α_i = N.
class Impartial : public mtt::Weighting {
 public:
  explicit Impartial(const mtt::Options& options)
      : losses_(options.string("mode") != "gradient"),
        gradients_(options.string("mode") != "loss"),
        learning_rate_(options.number("learning_rate")) {}

  mtt::WeightingNeeds needs() const override {
    return gradients_ ? mtt::WeightingNeeds::gram : mtt::WeightingNeeds::nothing;
  }
  bool own_objective() const override { return losses_; }
  double learning_rate() const override { return learning_rate_; }

  void begin(const std::vector<mtt::WeightedTask>& tasks) override {
    if (!losses_) return;
    log_scales_ = parameter("log_scales", {static_cast<std::int64_t>(tasks.size())});
    per_task::assign(log_scales_, std::vector<double>(tasks.size(), 0.0));
  }

  std::vector<double> weights(const mtt::WeightingStep& step) override {
    if (!losses_) return Weighting::weights(step);
    std::vector<double> weights = per_task::numbers(log_scales_);
    for (double& weight : weights) weight = std::exp(weight);
    return weights;
  }

  std::vector<double> coefficients(const at::Tensor& gram, const mtt::WeightingStep& step) override {
    const std::vector<double> all = weights(step);
    std::vector<double> scales;
    for (const std::size_t i : step.present) scales.push_back(all[i]);
    const mtt::GradientAngles angles(scaled(SmallMatrix(gram), scales));
    if (angles.rows.empty()) return std::vector<double>(scales.size(), 1.0);

    std::vector<double> alpha = impartial(angles.cosines);
    for (std::size_t n = 0; n < alpha.size(); ++n) alpha[n] /= angles.norms[n];
    double sum = std::accumulate(alpha.begin(), alpha.end(), 0.0);
    if (!(sum > 0))
      sum = std::accumulate(alpha.begin(), alpha.end(), 0.0,
                            [](double so_far, double x) { return so_far + std::abs(x); });
    const double total = losses_ ? static_cast<double>(alpha.size()) : 1.0;
    for (double& x : alpha) x *= total / sum;
    alpha = per_task::spread(alpha, angles.rows, scales.size());
    for (std::size_t n = 0; n < alpha.size(); ++n) alpha[n] *= scales[n];
    return alpha;
  }

  void after_step(const mtt::WeightingStep& step, const std::function<std::vector<double>()>&) override {
    if (!losses_) return;
    const std::vector<double> scale = weights(step);
    std::vector<double> gradient(scale.size());
    for (const std::size_t i : step.present) gradient[i] = scale[i] * step.losses[i] - 1;
    per_task::set_gradient(log_scales_, gradient);
  }

 private:
  bool losses_, gradients_;
  double learning_rate_;
  at::Tensor log_scales_;
};

void register_imtl(mtt::Registry& registry) {
  mtt::OptionList options;
  options.choice("mode", "hybrid", {"hybrid", "gradient", "loss"},
                 "`loss`: learned scales (IMTL-L); `gradient`: equal projections (IMTL-G); `hybrid`: both.");
  options.number("learning_rate", 0.025, 0.0, {}, "Learning rate of the logarithms of the scales.");
  registry.add(mtt::WeightingPlugin{
      .name = "imtl",
      .summary = "Equal projections on all gradients, and learned loss scales (IMTL, Liu et al. 2021).",
      .options = std::move(options),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<Impartial>(options);
      },
  });
}

}  // namespace

MTT_PLUGIN("imtl", "1.0", register_imtl)
