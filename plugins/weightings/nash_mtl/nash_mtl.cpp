// The Nash bargaining solution.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "mtt/plugin.h"
#include "mtt/weighting/per_task.h"
#include "mtt/weighting/small_matrix.h"

namespace {

using mtt::SmallMatrix;

constexpr double kRidge = 1e-10;
constexpr double kConverged = 1e-12;
constexpr double kQuadraticPhase = 0.25;
constexpr int kSteps = 500;

/// The b > 0 with b_i (C·b)_i = 1, by Newton's method on bᵀ·C·b/2 - Σ log b_i, which is self-concordant: the
/// steps are damped until the decrement is small. The ridge bounds b where there is no solution.
std::vector<double> bargain(SmallMatrix cosines) {
  const std::size_t n = cosines.size();
  for (std::size_t i = 0; i < n; ++i) cosines(i, i) += kRidge;
  std::vector<double> b(n, 1.0);
  for (int k = 0; k < kSteps; ++k) {
    std::vector<double> slope = cosines.times(b);
    SmallMatrix curvature = cosines;
    for (std::size_t i = 0; i < n; ++i) {
      slope[i] -= 1 / b[i];
      curvature(i, i) += 1 / (b[i] * b[i]);
    }
    const std::vector<double> step = curvature.solve(slope);
    if (step.empty()) break;
    const double squared = std::inner_product(step.begin(), step.end(), slope.begin(), 0.0);
    const double decrement = std::sqrt(std::max(0.0, squared));
    const double part = decrement > kQuadraticPhase ? 1 / (1 + decrement) : 1.0;
    for (std::size_t i = 0; i < n; ++i) b[i] -= part * step[i];
    if (decrement < kConverged) break;
  }
  return b;
}

/// Navon et al. 2022, Multi-task learning as a bargaining game: G·α = 1/α with α > 0. The length of Σ α_i g_i
/// is √N before it is cut to `max_norm`.
class NashMtl : public mtt::Weighting {
 public:
  explicit NashMtl(const mtt::Options& options) : max_norm_(options.number("max_norm")) {}

  mtt::WeightingNeeds needs() const override { return mtt::WeightingNeeds::gram; }
  void begin(const std::vector<mtt::WeightedTask>&) override {}

  std::vector<double> coefficients(const at::Tensor& gram, const mtt::WeightingStep&) override {
    const SmallMatrix products(gram);
    const mtt::GradientAngles angles(products);
    std::vector<double> alpha = bargain(angles.cosines);
    for (std::size_t n = 0; n < alpha.size(); ++n) alpha[n] /= angles.norms[n];
    alpha = mtt::per_task::spread(alpha, angles.rows, products.size());
    const double norm = std::sqrt(std::max(0.0, products.quadratic(alpha)));
    if (max_norm_ > 0 && norm > max_norm_)
      for (double& x : alpha) x *= max_norm_ / norm;
    return alpha;
  }

 private:
  double max_norm_;
};

void register_nash_mtl(mtt::Registry& registry) {
  mtt::OptionList options;
  options.number("max_norm", 1.0, 0.0, {},
                 "Maximum norm of the shared gradient, before weights are normalised; 0: no limit.");
  registry.add(mtt::WeightingPlugin{
      .name = "nash_mtl",
      .summary = "The Nash bargaining solution between the tasks (Navon et al. 2022).",
      .options = std::move(options),
      .create = [](const mtt::Options& options) -> std::unique_ptr<mtt::Weighting> {
        return std::make_unique<NashMtl>(options);
      },
  });
}

}  // namespace

MTT_PLUGIN("nash_mtl", "1.0", register_nash_mtl)
